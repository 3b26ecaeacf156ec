/** What a token lets its bearer do. None holds another one. */
export const ROLES = ["play", "publish", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Methods of a player's service that only an operator may call. */
const ADMIN_METHODS: ReadonlySet<string> = new Set([
  "/segue.v1.Recommender/GetListener",
  "/segue.v1.Recommender/ForgetListener",
]);

/** The role that a method wants, by its path as "/segue.v1.Recommender/NextTracks". Undefined for
 *  what tells nothing of anybody: health and the contracts. A method that nobody thought of wants
 *  an operator. */
export function roleOf(path: string): Role | undefined {
  const [, service] = path.split("/");
  if (service === "grpc.health.v1.Health") return undefined;
  if (service?.startsWith("grpc.reflection.")) return undefined;
  if (ADMIN_METHODS.has(path)) return "admin";
  if (service === "segue.v1.Recommender") return "play";
  if (service === "segue.v1.EventGateway") return "publish";
  return "admin";
}

/** Whether only an operator may call the method: it is then served on the admin port alone, where
 *  there is one. */
export function isForOperators(path: string): boolean {
  return roleOf(path) === "admin";
}
