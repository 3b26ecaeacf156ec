const CALL_MS = 20_000;

/** Calls "Service/Method" of `segue.v1` and resolves to its answer. Rejects with an `Error` whose
 *  message is a sentence for people. */
export async function call<Reply>(
  method: string,
  request: object = {},
  signal?: AbortSignal,
): Promise<Reply> {
  const limit = AbortSignal.timeout(CALL_MS);
  let response: Response;
  try {
    response = await fetch(`/segue.v1.${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Error("Segue does not answer. Is it still running?", { cause });
  }
  if (response.ok) return (await response.json()) as Reply;
  throw new Error(await refusalIn(response));
}

async function refusalIn(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message, code } = JSON.parse(text) as { message?: string; code?: string };
    return message || code || `The call failed (${response.status}).`;
  } catch {
    return text.trim() || `The call failed (${response.status}).`;
  }
}
