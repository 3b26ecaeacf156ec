/** How deep a message is looked through; no message of ours nests deeper. */
const DEPTH_MAX = 8;

/** Whether a message names a listener who is not of the tenant. Listeners of the tenant "acme" have
 *  ids that begin with "acme/". Every field named `listener` counts, wherever it stands, so that a
 *  message that is added later is looked through, too. */
export function namesForeigner(message: unknown, tenant: string): boolean {
  return foreignIn(message, `${tenant}/`, DEPTH_MAX);
}

function foreignIn(value: unknown, prefix: string, depth: number): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  // What nests deeper than any message of ours is not looked at, and so not let through.
  if (depth === 0) return true;
  if (Array.isArray(value)) {
    // Lists of ids can be long, and hold no messages.
    if (typeof value[0] !== "object") return false;
    return value.some((element) => foreignIn(element, prefix, depth - 1));
  }
  return Object.entries(value).some(([key, field]) => {
    if (key === "listener" && typeof field === "string") return !isOf(field, prefix);
    return foreignIn(field, prefix, depth - 1);
  });
}

function isOf(listener: string, prefix: string): boolean {
  return listener.startsWith(prefix) && listener.length > prefix.length;
}
