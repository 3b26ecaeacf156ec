import { createServer, type Server as NetServer, type Socket } from "node:net";

export interface ConnectionLimits {
  /** Over all clients of one port. */
  readonly connectionsMax: number;
  /** A connection that has not said so much after `greetingMs` is no client. */
  readonly greetingBytes: number;
  readonly greetingMs: number;
  /** One that said nothing for so long makes room for a new one where there is none. */
  readonly silentMs: number;
  readonly sweepMs: number;
}

export interface Connections {
  readonly listener: NetServer;
  readonly count: () => number;
  /** Refuses new connections; `endAll` ends the open ones. */
  close(): void;
  endAll(): void;
}

interface Connection {
  readonly socket: Socket;
  readonly openedAtMs: number;
  bytesRead: number;
  readAtMs: number;
}

/** Takes connections for `accept`, and bounds them before anything is read of them: there are
 *  never more than `connectionsMax`, those that do not greet are ended, and where all places are
 *  taken the one that has been silent for longest gives way, or the new one is refused. `nowMs` is
 *  a clock that never jumps. */
export function boundedConnections(
  accept: (socket: Socket) => void,
  limits: ConnectionLimits,
  nowMs: () => number,
): Connections {
  const open = new Set<Connection>();
  let silent: Connection[] = [];
  const listener = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    if (open.size >= limits.connectionsMax && !giveWay()) {
      socket.destroy();
      return;
    }
    const atMs = nowMs();
    const connection = { socket, openedAtMs: atMs, bytesRead: 0, readAtMs: atMs };
    open.add(connection);
    socket.once("close", () => open.delete(connection));
    // Whoever takes it over hears of errors, too; before that, its closing says all.
    socket.on("error", () => socket.destroy());
    accept(socket);
  });

  function giveWay(): boolean {
    for (let oldest = silent.pop(); oldest !== undefined; oldest = silent.pop()) {
      if (!open.delete(oldest)) continue;
      oldest.socket.destroy();
      return true;
    }
    return false;
  }

  const sweeping = setInterval(() => {
    const atMs = nowMs();
    for (const connection of open) look(connection, limits, atMs);
    // Only what was silent at the last look is a candidate, so that a flood costs no search each.
    silent = [...open].filter(({ readAtMs }) => atMs - readAtMs >= limits.silentMs);
    silent.sort((one, other) => other.readAtMs - one.readAtMs);
  }, limits.sweepMs);
  sweeping.unref();

  const endAll = () => {
    for (const { socket } of open) socket.destroy();
  };
  const close = () => {
    clearInterval(sweeping);
    listener.close();
  };
  return { listener, count: () => open.size, close, endAll };
}

function look(connection: Connection, limits: ConnectionLimits, atMs: number): void {
  const { socket, openedAtMs } = connection;
  const { bytesRead } = socket;
  if (bytesRead !== connection.bytesRead) {
    connection.bytesRead = bytesRead;
    connection.readAtMs = atMs;
  }
  const greets = bytesRead >= limits.greetingBytes || atMs - openedAtMs < limits.greetingMs;
  if (!greets) socket.destroy();
}
