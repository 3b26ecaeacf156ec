const ROW_BYTES = 16;

/** A record's bytes for people: as text where they are text, else in hexadecimal digits with the
 *  text beside. `base64` as the wire has it. */
export function readable(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (bytes.length === 0) return "(nothing)";
  const text = decoded(bytes);
  return text === undefined ? rowsOf(bytes).join("\n") : text;
}

/** Undefined where the bytes are no UTF-8, or hold what cannot be printed. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /[^\P{Cc}\n\r\t]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function rowsOf(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / ROW_BYTES) }, (_, row) => {
    const part = [...bytes.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES)];
    const digits = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·"));
    return `${digits.padEnd(ROW_BYTES * 3)} ${text.join("")}`;
  });
}
