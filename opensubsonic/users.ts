import { createHash, timingSafeEqual } from "node:crypto";
import { Failure } from "../core/domain/failure.ts";
import { missing, Refusal, required } from "./refusal.ts";

/** Who may ask, and how they prove it. */
export interface User {
  readonly name: string;
  /** Whose plays these are. */
  readonly listener: string;
  /** As the Subsonic API wants it: a salted token can be checked only by who knows the password. */
  readonly password: string | undefined;
  readonly apiKey: string | undefined;
}

/** Reads the users of a configuration: `{"NAME": {"password": …, "apiKey": …, "listener": …}}`,
 *  at least one of the first two for each; the listener is the name where it is not given. Throws
 *  `bad_configuration` that names the key. */
export function readUsers(text: string, file: string): User[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new Failure("bad_configuration", `${file} is not JSON`, { field: file, cause });
  }
  if (!isObject(content)) throw wrong(file, "must be an object of users");
  return Object.entries(content).map(([name, user]) => userOf(name, user, file));
}

function userOf(name: string, user: unknown, file: string): User {
  if (!isObject(user)) throw wrong(`${file}: ${name}`, "must be an object");
  for (const [key, value] of Object.entries(user)) {
    const field = `${file}: ${name}.${key}`;
    if (!["password", "apiKey", "listener"].includes(key)) throw wrong(field, "is not known");
    if (typeof value !== "string" || value === "") throw wrong(field, "must be a text");
  }
  const { password, apiKey, listener = name } = user as Partial<Record<string, string>>;
  if (password === undefined && apiKey === undefined) {
    throw wrong(`${file}: ${name}`, "needs a password or an apiKey");
  }
  return { name, listener, password, apiKey };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(field: string, problem: string): Failure {
  return new Failure("bad_configuration", `${field} ${problem}`, { field });
}

/** Who asks, by `apiKey` alone or by `u` with token `t` = md5(password + salt `s`). Throws refusal
 *  10 where neither is there, 43 where both are, 41 for a plain password, 40 and 44 for what is
 *  wrong. */
export function authenticate(parameters: URLSearchParams, users: readonly User[]): User {
  const apiKey = parameters.get("apiKey");
  if (apiKey !== null) {
    if (parameters.has("u") || parameters.has("t")) {
      throw new Refusal(43, "an API key stands alone, without a user and a token");
    }
    const user = users.find((one) => one.apiKey !== undefined && isEqual(one.apiKey, apiKey));
    if (user === undefined) throw new Refusal(44, "this API key is not valid");
    return user;
  }
  const name = required(parameters, "u");
  if (parameters.has("p")) {
    throw new Refusal(41, "plain passwords are not taken: send a token and a salt, or an API key");
  }
  const [token, salt] = [required(parameters, "t"), parameters.get("s")];
  if (salt === null) throw missing("s");
  const user = users.find((one) => one.name === name);
  const expected = createHash("md5").update(`${user?.password}${salt}`).digest("hex");
  const isKnown = user?.password !== undefined && isEqual(expected, token.toLowerCase());
  if (!isKnown) throw new Refusal(40, "wrong username or password");
  return user;
}

/** Takes equally long wherever the texts differ. */
function isEqual(one: string, other: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
