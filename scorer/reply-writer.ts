import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** The part of a generated message type that encoding takes. */
interface MessageType<Message> {
  encode(message: Message, writer: BinaryWriter): BinaryWriter;
}

/** Encodes messages into one piece of memory that is kept, as large as the largest of them was: one
 *  that grows with each message is allocated five times over for a list of 20. */
export function replyWriter<Message>(type: MessageType<Message>): (message: Message) => Buffer {
  let writer = new BinaryWriter();
  return (message) => {
    try {
      // A copy, so that the next message takes nothing from this one.
      const bytes = type.encode(message, writer).finish();
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      // What was written of this one would stand before the next one.
      writer = new BinaryWriter();
      throw error;
    }
  };
}
