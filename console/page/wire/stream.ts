import { createFrameReader, frameOf } from "./frames.ts";

const TYPE = "application/connect+json";

/** Messages of the stream "Service/Method" as they come, until it ends. Throws where it ends with
 *  an error, and where the connection breaks. */
export async function* stream<Message>(
  method: string,
  request: object,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  const response = await fetch(`/segue.v1.${method}`, {
    method: "POST",
    headers: { "content-type": TYPE, "connect-protocol-version": "1" },
    body: frameOf(JSON.stringify(request)),
    signal,
  });
  if (!response.ok || response.body === null) throw new Error(`the stream is ${response.status}`);
  const frames = createFrameReader();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const { text, isLast } of frames(value)) {
      const message = JSON.parse(text);
      if (!isLast) yield message as Message;
      else if (message.error !== undefined) throw new Error(message.error.message);
      else return;
    }
  }
}
