import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Session } from "../../connect/session.ts";
import { frame, lendSession, type LentSession } from "../lend-session.ts";
import { admits } from "./startup.ts";

const PASSWORD_BYTES = 32;

/**
 * Lends an open session to a program of this machine that speaks PostgreSQL's protocol: a port of the
 * loopback that one client may enter, with a password that is made for it. The program needs neither the
 * server's address nor the role's password nor any certificate: TLS and the login are the session's.
 */
export class SessionDoor implements AsyncDisposable {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Of no worth once the client is in. */
  readonly password: string = randomBytes(PASSWORD_BYTES).toString("hex");
  readonly #server: Server;
  /** Who knocked, and the one that was let in. */
  readonly #clients = new Set<Socket>();
  #lent: LentSession | undefined;
  #client: Socket | undefined;

  private constructor(server: Server) {
    this.#server = server;
    // What a listening server has.
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket) => void this.#receive(socket));
  }

  /** Takes the session's answers away from its client until the door is disposed of; it is of no use afterwards. */
  static async open(session: Session): Promise<SessionDoor> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const door = new SessionDoor(server);
    try {
      door.#lent = await lendSession(session, { onData: (chunk) => door.#answer(chunk), onLost: () => door.#client?.destroy() });
      return door;
    } catch (error) {
      await door[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#clients) socket.destroy();
    this.#lent?.giveBack();
    this.#lent = undefined;
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  async #receive(socket: Socket): Promise<void> {
    // Too early or too late: pg_dump comes when the session is lent.
    if (this.#lent === undefined) {
      socket.destroy();
      return;
    }
    this.#clients.add(socket);
    socket.on("close", () => this.#clients.delete(socket));
    // A client that resets its connection is gone, which its end tells.
    socket.on("error", () => {});
    const isAdmitted = await admits(socket, this.password).catch(() => false);
    const lent = this.#lent;
    if (!isAdmitted || lent === undefined || this.#client !== undefined) {
      socket.end(frame("E", Buffer.from("SFATAL\0C28P01\0Mthis port is not for you\0\0")));
      return;
    }
    this.#client = socket;
    for (const other of this.#clients) if (other !== socket) other.destroy();
    this.#server.close();
    socket.write(lent.greeting);
    socket.on("data", (chunk) => {
      if (lent.socket.write(chunk)) return;
      socket.pause();
      lent.socket.once("drain", () => socket.resume());
    });
    socket.resume();
    if (lent.socket.destroyed) socket.destroy();
  }

  #answer(chunk: Buffer): void {
    const client = this.#client;
    const lent = this.#lent;
    if (client === undefined || lent === undefined || client.write(chunk)) return;
    lent.socket.pause();
    const goOn = () => {
      client.off("drain", goOn);
      client.off("close", goOn);
      lent.socket.resume();
    };
    client.on("drain", goOn);
    client.on("close", goOn);
  }
}
