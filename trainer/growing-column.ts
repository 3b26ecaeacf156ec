type Column = Float64Array | Float32Array | Uint32Array | Int32Array;

/** Numbers whose count shows only at the end, without an object for each. */
export interface GrowingColumn<C extends Column> {
  readonly length: number;
  at(index: number): number;
  set(index: number, value: number): void;
  push(value: number): void;
  /** What was pushed, in an array of just that length. */
  finished(): C;
}

const FIRST_LENGTH = 1024;

export function growingColumn<C extends Column>(make: (length: number) => C): GrowingColumn<C> {
  let values = make(FIRST_LENGTH);
  let length = 0;
  return {
    get length() {
      return length;
    },
    at: (index) => values[index]!,
    set: (index, value) => {
      values[index] = value;
    },
    push: (value) => {
      if (length === values.length) {
        const grown = make(2 * values.length);
        grown.set(values);
        values = grown;
      }
      values[length++] = value;
    },
    finished: () => {
      const finished = make(length);
      finished.set(values.subarray(0, length));
      return finished;
    },
  };
}
