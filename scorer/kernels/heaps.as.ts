// AssemblyScript, compiled into `scan.as.ts`.

/** Puts `value` in the place of the least of a min-heap. */
export function replaceLeast(heap: usize, size: i32, value: f32): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    const left = heap + (<usize>child << 2);
    if (child + 1 < size && load<f32>(left, 4) < load<f32>(left)) child++;
    const least = load<f32>(heap + (<usize>child << 2));
    if (least >= value) break;
    store<f32>(heap + (<usize>at << 2), least);
    at = child;
  }
  store<f32>(heap + (<usize>at << 2), value);
}

/** Lets the cluster at a place of a heap of clusters sink below those of higher reach. waiting:
 *  int32 [size]; reaches: float32 by cluster. */
export function sinkCluster(waiting: usize, reaches: usize, size: i32, from: i32): void {
  let at = from;
  const cluster = load<i32>(waiting + (<usize>at << 2));
  const reach = reachOf(reaches, cluster);
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    let below = load<i32>(waiting + (<usize>child << 2));
    if (child + 1 < size) {
      const right = load<i32>(waiting + (<usize>child << 2), 4);
      if (reachOf(reaches, right) > reachOf(reaches, below)) {
        child++;
        below = right;
      }
    }
    if (reachOf(reaches, below) <= reach) break;
    store<i32>(waiting + (<usize>at << 2), below);
    at = child;
  }
  store<i32>(waiting + (<usize>at << 2), cluster);
}

// @ts-ignore: decorator
@inline
export function reachOf(reaches: usize, cluster: i32): f32 {
  return load<f32>(reaches + (<usize>cluster << 2));
}
