import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { frame } from "../lend-session.ts";

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const PROTOCOL = 3;
const PROTOCOL_3_0 = 196_608;
/** A client that sends more before it is let in is none. */
const MOST_BYTES = 10_000;

/**
 * Answers a client's way of beginning a session, up to a login with a password.
 *
 * @returns whether it knew the password; the greeting is left to the caller
 * @throws where it is no client, or went away
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
export async function admits(socket: Socket, password: string): Promise<boolean> {
  let startup = await readBody(socket);
  // One byte "N": no encryption here, it does not leave this machine.
  for (; [SSL_REQUEST, GSS_REQUEST].includes(startup.readInt32BE(0)); startup = await readBody(socket)) socket.write("N");
  const version = startup.readInt32BE(0);
  if (version >> 16 !== PROTOCOL) return false;
  const strange = namesOf(startup.subarray(4)).filter((name) => name.startsWith("_pq_."));
  if (version !== PROTOCOL_3_0 || strange.length > 0) socket.write(negotiation(strange));
  const clearText = Buffer.from([0, 0, 0, 3]);
  socket.write(frame("R", clearText));
  const [type] = await take(socket, 1);
  if (type !== "p".charCodeAt(0)) return false;
  const given = await readBody(socket);
  const expected = Buffer.from(`${password}\0`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A newer client asks for more than this: it is told what there is. */
function negotiation(strange: readonly string[]): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeInt32BE(PROTOCOL_3_0, 0);
  numbers.writeInt32BE(strange.length, 4);
  return frame("v", Buffer.concat([numbers, ...strange.map((name) => Buffer.from(`${name}\0`))]));
}

/** Names of a startup message: names and values by turns, each ended by a zero. */
function namesOf(parameters: Buffer): readonly string[] {
  return parameters
    .toString("utf8")
    .split("\0")
    .filter((_, at) => at % 2 === 0);
}

async function readBody(socket: Socket): Promise<Buffer> {
  const length = (await take(socket, 4)).readInt32BE(0);
  if (length < 4 || length > MOST_BYTES) throw new Error("no client of PostgreSQL");
  return length === 4 ? Buffer.alloc(0) : take(socket, length - 4);
}

async function take(socket: Socket, length: number): Promise<Buffer> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  socket.once("close", leave);
  socket.once("end", leave);
  try {
    for (;;) {
      const chunk = socket.read(length) as Buffer | null;
      if (chunk?.length === length) return chunk;
      if (chunk !== null || socket.destroyed || socket.readableEnded) throw new Error("the client went away");
      await once(socket, "readable", { signal: gone.signal });
    }
  } finally {
    socket.off("close", leave);
    socket.off("end", leave);
  }
}
