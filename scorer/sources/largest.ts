/** Keeps the largest of the numbers that it is offered, on memory that it uses again. */
export interface Largest {
  offer(value: number): void;
  /** The least of the largest; nothing is kept afterwards. At least one was offered. */
  take(): number;
}

/** A binary heap of the `limit` largest numbers, the least of them at its root: most numbers are
 *  turned away by one comparison, where sorting would compare each with many. */
export function newLargest(limit: number): Largest {
  const heap = new Float64Array(limit);
  let size = 0;

  function rise(from: number, value: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (heap[parent]! <= value) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = value;
  }

  function sinkFromRoot(value: number): void {
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= value) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = value;
  }

  return {
    offer(value) {
      if (size < limit) rise(size++, value);
      else if (value > heap[0]!) sinkFromRoot(value);
    },
    take() {
      size = 0;
      return heap[0]!;
    },
  };
}
