import type { Socket } from "node:net";
import type { Session } from "../connect/session.ts";

/** `pg` does not type the connection beneath its client. */
interface ClientInternals {
  readonly connection: { readonly stream: Socket };
}

/** An open, authenticated session whose socket somebody else reads and writes for a time. */
export interface LentSession {
  /** Encrypted where the session is. */
  readonly socket: Socket;
  /** What a server says after a login: whoever borrows the session begins one of its own, which is answered with this. */
  readonly greeting: Buffer<ArrayBuffer>;
  /** Gives the session back to its client. */
  giveBack(): void;
}

/** Who borrows a session. */
export interface Borrower {
  /** The server answered. */
  onData(chunk: Buffer): void;
  /** The connection is gone. */
  onLost(): void;
}

/** What a client wants to know at its login, as this session has it. */
const REPORTED = ["server_version", "server_encoding", "client_encoding", "is_superuser", "session_authorization", "integer_datetimes"];

/**
 * Takes a session's answers away from its client, until they are given back. No query may be under way.
 *
 * @throws {TidemarkError} of the session
 * @see https://www.postgresql.org/docs/current/protocol-flow.html
 */
export async function lendSession(session: Session, { onData, onLost }: Borrower): Promise<LentSession> {
  const [row] = await session.query<Record<string, string>>(`SELECT ${REPORTED.map((name) => `pg_catalog.current_setting('${name}') AS ${name}`).join(", ")}`);
  // The client of every session is of this shape; a test of the dump would notice another one.
  const socket = (session.client as unknown as ClientInternals).connection.stream;
  const listeners = socket.listeners("data") as ((chunk: Buffer) => void)[];
  for (const listener of listeners) socket.off("data", listener);
  socket.on("data", onData);
  socket.on("close", onLost);
  return {
    socket,
    greeting: greetingOf({ ...row, DateStyle: "ISO", IntervalStyle: "postgres", TimeZone: "UTC", standard_conforming_strings: "on" }),
    giveBack() {
      socket.off("data", onData);
      socket.off("close", onLost);
      for (const listener of listeners) socket.on("data", listener);
      socket.resume();
    },
  };
}

/** AuthenticationOk, the parameters, a key that nobody needs, ReadyForQuery. */
function greetingOf(parameters: Readonly<Record<string, string>>): Buffer<ArrayBuffer> {
  const status = Object.entries(parameters).map(([name, value]) => frame("S", Buffer.from(`${name}\0${value}\0`)));
  return Buffer.concat([frame("R", Buffer.alloc(4)), ...status, frame("K", Buffer.alloc(8)), frame("Z", Buffer.from("I"))]);
}

/** A message of the protocol: its type, its length, its body. */
export function frame(type: string, body: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, "latin1");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}
