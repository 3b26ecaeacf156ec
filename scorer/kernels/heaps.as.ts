// AssemblyScript, compiled into `scan.as.ts`.

/** Puts `value` in the place of the least of a min-heap of numbers of a kind. */
export function replaceLeast<T>(heap: usize, size: i32, value: T): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    const left = heap + (<usize>child << alignof<T>());
    if (child + 1 < size && load<T>(left, sizeof<T>()) < load<T>(left)) child++;
    const least = load<T>(heap + (<usize>child << alignof<T>()));
    if (least >= value) break;
    store<T>(heap + (<usize>at << alignof<T>()), least);
    at = child;
  }
  store<T>(heap + (<usize>at << alignof<T>()), value);
}

/** Offers a number to a heap that keeps the `limit` largest, float64, the least of them first, and
 *  that has `size` of them. Returns how many it has then. */
// @ts-ignore: decorator
@inline
export function offerLargest(heap: usize, size: i32, limit: i32, value: f64): i32 {
  if (size < limit) {
    rise(heap, size, value);
    return size + 1;
  }
  if (value > load<f64>(heap)) replaceLeast<f64>(heap, size, value);
  return size;
}

function rise(heap: usize, from: i32, value: f64): void {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = load<f64>(heap + (<usize>parent << 3));
    if (above <= value) break;
    store<f64>(heap + (<usize>at << 3), above);
    at = parent;
  }
  store<f64>(heap + (<usize>at << 3), value);
}

/** Lets the group at a place of a heap of groups sink below those of higher reach. waiting:
 *  int32 [size]; reaches: float32 by group. */
export function sinkGroup(waiting: usize, reaches: usize, size: i32, from: i32): void {
  let at = from;
  const group = load<i32>(waiting + (<usize>at << 2));
  const reach = reachOf(reaches, group);
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
  store<i32>(waiting + (<usize>at << 2), group);
}

// @ts-ignore: decorator
@inline
export function reachOf(reaches: usize, group: i32): f32 {
  return load<f32>(reaches + (<usize>group << 2));
}

/** The group of highest reach. reaches: float32 [count], at least one. */
export function highestOf(reaches: usize, count: i32): i32 {
  let highest = 0;
  let most = reachOf(reaches, 0);
  for (let i = 1; i < count; i++) {
    const reach = reachOf(reaches, i);
    if (reach > most) {
      most = reach;
      highest = i;
    }
  }
  return highest;
}
