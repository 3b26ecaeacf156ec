import { constants, PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics } from "node:v8";

/** Where objects are that outlived some collections. Young ones are left out: most of those that
 *  came since a collection are garbage by now. */
const OLD_SPACES = ["old_space", "code_space", "trusted_space", "large_object_space"];

const WHOLE = constants.NODE_PERFORMANCE_GC_MAJOR;

/** From now on, the bytes that this thread's last whole collection left in use; 0 before one. What
 *  a process takes of a machine grows and shrinks with what V8 and the allocator keep in reserve,
 *  and this only with what is still reachable. */
export function watchLiveHeap(): () => number {
  let bytes = 0;
  const observer = new PerformanceObserver((list) => {
    // Its types do not say so, but every entry of a collection has a kind.
    const entries = list.getEntries() as readonly { readonly detail?: { readonly kind: number } }[];
    const isWhole = entries.some(({ detail }) => detail?.kind === WHOLE);
    if (isWhole) bytes = oldBytes();
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => bytes;
}

function oldBytes(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => OLD_SPACES.includes(name));
  return old.reduce((sum, { space_used_size: bytes }) => sum + bytes, 0);
}
