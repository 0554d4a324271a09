import type { Session } from "../../connect/session.ts";
import { lendSession, type LentSession } from "../lend-session.ts";
import { withoutLocks } from "../without-locks.ts";

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const NOTHING = new Uint8Array();
const READY_FOR_QUERY = 0x5a;

/**
 * Lends an open session to pg_dump. The session was opened and authenticated by us, so pg_dump's own
 * way of beginning one is answered here; from then on messages go between it and the server as they are,
 * but for locks that the role may not take.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html
 */
export class SessionBridge {
  #lent: LentSession | undefined;
  #sent: Buffer = Buffer.alloc(0);
  #waiting: { readonly chunks: Buffer[]; resolve(answer: Uint8Array<ArrayBuffer>): void; reject(error: unknown): void } | undefined;
  #partial: Buffer = Buffer.alloc(0);
  readonly #unlockable: ReadonlySet<string>;

  private constructor(unlockable: ReadonlySet<string>) {
    this.#unlockable = unlockable;
  }

  /** Takes the session's answers away from its client until `end`. */
  static async over(session: Session, { unlockable = new Set() }: { readonly unlockable?: ReadonlySet<string> | undefined } = {}): Promise<SessionBridge> {
    const bridge = new SessionBridge(unlockable);
    bridge.#lent = await lendSession(session, { onData: (chunk) => bridge.#receive(chunk), onLost: () => bridge.#lose() });
    return bridge;
  }

  /** Sends what pg_dump wrote, once it is whole. @returns all of the server's answer; nothing where there is none yet */
  async exchange(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const lent = this.#lent;
    if (lent === undefined) throw new Error("the session was given back");
    this.#sent = this.#sent.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#sent, bytes]);
    const kind = this.#kindOfMessage();
    if (kind === "partial") return NOTHING;
    const message = this.#sent;
    this.#sent = Buffer.alloc(0);
    // One byte "N": no encryption here, the session has its own.
    if (kind === "encryption") return Buffer.from("N");
    if (kind === "startup") return lent.greeting;
    if (kind === "end") return NOTHING;
    return new Promise((resolve, reject) => {
      this.#waiting = { chunks: [], resolve, reject };
      if (lent.socket.destroyed) this.#lose();
      else lent.socket.write(withoutLocks(message, this.#unlockable));
    });
  }

  /** Gives the session back to its client. */
  end(): void {
    this.#lent?.giveBack();
    this.#lent = undefined;
  }

  #lose(): void {
    this.#waiting?.reject(new Error("the connection was lost"));
  }

  /** A simple query or a sync asks for an answer; whatever comes before it belongs to it. */
  #kindOfMessage(): "partial" | "encryption" | "startup" | "end" | "query" {
    const sent = this.#sent;
    if (sent.length < 5) return "partial";
    if (sent[0] === 0) {
      if (sent.length < 8 || sent.length < sent.readInt32BE(0)) return "partial";
      return [SSL_REQUEST, GSS_REQUEST].includes(sent.readInt32BE(4)) ? "encryption" : "startup";
    }
    let at = 0;
    let last = "";
    while (at + 5 <= sent.length) {
      last = String.fromCharCode(sent[at] ?? 0);
      at += 1 + sent.readInt32BE(at + 1);
    }
    if (at !== sent.length) return "partial";
    return last === "X" ? "end" : last === "Q" || last === "S" ? "query" : "partial";
  }

  #receive(chunk: Buffer): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    waiting.chunks.push(chunk);
    // Frames are walked to know a ReadyForQuery from a byte that looks like one.
    let rest = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    let ready = false;
    while (rest.length >= 5) {
      const length = 1 + rest.readInt32BE(1);
      if (rest.length < length) break;
      ready = rest[0] === READY_FOR_QUERY;
      rest = rest.subarray(length);
    }
    this.#partial = rest;
    if (!ready || rest.length > 0) return;
    this.#waiting = undefined;
    waiting.resolve(Buffer.concat(waiting.chunks));
  }
}
