/** How many numbers one piece of memory has room for: the states of some forty listeners. */
const PIECE_FLOATS = 8192;

let piece = new Float32Array(0);
let taken = 0;

/** Memory for the hidden states of one record, all zeros. Many records share a piece, since a piece
 *  of its own costs more than reading the states; no two share a number. So a state's `buffer` is
 *  never handed to another thread. */
export function stateRoom(floats: number): Float32Array {
  if (taken + floats > piece.length) {
    piece = new Float32Array(Math.max(PIECE_FLOATS, floats));
    taken = 0;
  }
  taken += floats;
  return piece.subarray(taken - floats, taken);
}
