import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import pg from "pg";
import { tapInto } from "../connect/reused-memory.ts";

/**
 * What is used of `pg` beneath its public interface, and nothing else of it is used elsewhere. A test
 * compares this with the installed version.
 */
interface ClientInternals {
  readonly connection: ConnectionInternals;
}

interface ConnectionInternals extends EventEmitter {
  readonly stream: Duplex;
  query(text: string): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** How a COPY statement ended: the session is either ready for the next statement, or closed. */
export interface CopyEnd {
  /** By the command's tag; undefined where it failed. */
  readonly rows: number | undefined;
  /** The first thing that went wrong. */
  readonly error: Error | undefined;
  readonly closed: boolean;
}

export interface CopyListener {
  /** Called once, as soon as it is known; the session may still be busy. */
  failed(error: Error): void;
}

export interface RowsListener extends CopyListener {
  /** Bytes of CopyData frames as they came. @param payload of which are no frame headers @returns whether the bytes are needed after the call */
  rows(bytes: Buffer, payload: number): boolean;
}

const COPY_DATA = 0x64;
const HEADER = 5;
/** No server sends a longer message: it is put together in memory of at most 1 GiB. */
const LONGEST = 2 ** 30;

/** One COPY statement on a session that is idle until then. */
class CopyStatement {
  /** Never rejects. */
  readonly finished: Promise<CopyEnd>;
  /** false when it ended before the server asked for rows. Never rejects. */
  readonly opened: Promise<boolean>;
  protected readonly client: ClientInternals;
  readonly #text: string;
  readonly #listener: CopyListener;
  readonly #finish = Promise.withResolvers<CopyEnd>();
  readonly #open = Promise.withResolvers<boolean>();
  #rows: number | undefined;
  #error: Error | undefined;
  #over = false;

  constructor(client: pg.Client, text: string, listener: CopyListener) {
    this.client = internals(client);
    this.#text = text;
    this.#listener = listener;
    this.finished = this.#finish.promise;
    this.opened = this.#open.promise;
    this.client.connection.stream.once("close", this.#closed);
  }

  /** Whether the server has not said yet that it is ready for the next statement. */
  get running(): boolean {
    return !this.#over;
  }

  destroy(): void {
    this.client.connection.stream.destroy();
  }

  /** From here to the end: called by pg.Client. */
  submit(): void {
    this.client.connection.on("readyForQuery", this.#ready);
    this.begin();
    this.client.connection.query(this.#text);
  }

  handleError(error: Error): void {
    this.#fail(error);
    if (error instanceof pg.DatabaseError) return;
    // The connection itself failed: nothing more will come, and nobody may go on using it.
    const { stream } = this.client.connection;
    stream.destroy();
    if (stream.closed) this.#closed();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    // Others are of statements around it.
    const [, rows] = /^COPY (\d+)$/.exec(text) ?? [];
    if (rows !== undefined) this.#rows = Number(rows);
  }

  handleCopyInResponse(): void {
    this.#open.resolve(true);
  }

  handleReadyForQuery(): void {}
  handleCopyData(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}

  /** Before the statement is sent. */
  protected begin(): void {}
  protected end(): void {}

  // pg.Client tells a query that failed nothing of ReadyForQuery: only the connection's event does.
  readonly #ready = () => this.#settle(false);

  readonly #closed = () => {
    this.#fail(new Error("the connection was closed"));
    this.#settle(true);
  };

  #fail(error: Error): void {
    if (this.#over || this.#error !== undefined) return;
    this.#error = error;
    this.#listener.failed(error);
  }

  #settle(closed: boolean): void {
    if (this.#over) return;
    this.#over = true;
    const { connection } = this.client;
    connection.off("readyForQuery", this.#ready);
    connection.stream.off("close", this.#closed);
    this.end();
    this.#open.resolve(false);
    this.#finish.resolve({ rows: this.#error === undefined ? this.#rows : undefined, error: this.#error, closed });
  }
}

/** `COPY … FROM STDIN`: rows are written as frames once it is opened. */
export class CopyIn extends CopyStatement {
  #hasWritten = false;

  get writable(): boolean {
    return this.client.connection.stream.writable;
  }

  /** @returns false when the caller should wait for `drain` */
  write(frames: Buffer): boolean {
    const { stream } = this.client.connection;
    if (!this.#hasWritten) {
      this.#hasWritten = true;
      // Most tables are small: the end of the rows, which is known in the same turn, goes with them.
      stream.cork();
      queueMicrotask(() => process.nextTick(() => stream.uncork()));
    }
    return stream.write(frames);
  }

  /** Whether the system has not yet taken all that was written. */
  get holdsBytes(): boolean {
    return this.client.connection.stream.writableLength > 0;
  }

  onDrain(listener: () => void): void {
    this.client.connection.stream.on("drain", listener);
  }

  offDrain(listener: () => void): void {
    this.client.connection.stream.off("drain", listener);
  }

  /** Tells that all rows were sent. */
  done(): void {
    this.client.connection.endCopyFrom();
  }

  /** Tells that there will be no more rows, and that none is to be kept. */
  abandon(reason: string): void {
    this.client.connection.sendCopyFail(reason);
  }
}

/**
 * `COPY … TO STDOUT`: while it runs, frames of rows go to the listener, and everything else to `pg`'s
 * own parser, which keeps the client's state.
 */
export class CopyOut extends CopyStatement {
  readonly #listener: RowsListener;
  #parsers: readonly ((bytes: Buffer) => void)[] = [];
  /** What is missing of the current message. */
  #rest = 0;
  /** Whether the current message holds rows. */
  #inRows = false;
  /** The beginning of a header that was cut by the end of a chunk. */
  #held: Buffer | undefined;

  constructor(client: pg.Client, text: string, listener: RowsListener) {
    super(client, text, listener);
    this.#listener = listener;
  }

  /** Bytes that are still to come of a frame of which the listener has the beginning. */
  get owed(): number {
    return this.#inRows ? this.#rest : 0;
  }

  pause(): void {
    this.client.connection.stream.pause();
  }

  resume(): void {
    this.client.connection.stream.resume();
  }

  protected override begin(): void {
    const { stream } = this.client.connection;
    this.#parsers = stream.listeners("data") as ((bytes: Buffer) => void)[];
    for (const parser of this.#parsers) stream.off("data", parser);
    if (!tapInto(stream, this.#take)) stream.on("data", this.#take);
  }

  protected override end(): void {
    const { stream } = this.client.connection;
    if (!tapInto(stream, undefined)) stream.off("data", this.#take);
    for (const parser of this.#parsers) stream.on("data", parser);
    stream.resume();
  }

  /** Walks the headers only. Runs in the hottest loop of a copy: a row of ten bytes is a frame. */
  readonly #take = (fresh: Buffer): boolean => {
    let isHeld = false;
    const chunk = this.#held === undefined ? fresh : Buffer.concat([this.#held, fresh]);
    this.#held = undefined;
    const { length: end } = chunk;
    let from = 0;
    let at = 0;
    let headers = 0;
    while (at < end) {
      if (this.#rest > 0) {
        const step = Math.min(this.#rest, end - at);
        this.#rest -= step;
        at += step;
        continue;
      }
      if (end - at < HEADER) break;
      const isRows = chunk[at] === COPY_DATA;
      if (isRows !== this.#inRows) {
        if (this.#pass(chunk.subarray(from, at), headers)) isHeld = true;
        from = at;
        headers = 0;
        this.#inRows = isRows;
      }
      const rest = chunk.readUInt32BE(at + 1) - 4;
      if (rest < 0 || rest > LONGEST || !this.running) return this.#derail();
      this.#rest = rest;
      headers += HEADER;
      at += HEADER;
    }
    if (this.#pass(chunk.subarray(from, at), headers)) isHeld = true;
    if (at === end) return isHeld;
    // After the last message of the statement the parser is on its own again.
    const cut = Buffer.from(chunk.subarray(at));
    if (this.running) this.#held = cut;
    else for (const parser of this.#parsers) parser(cut);
    return isHeld;
  };

  /** @returns whether the bytes are needed after the call */
  #pass(bytes: Buffer, headers: number): boolean {
    if (bytes.length === 0) return false;
    if (this.#inRows) return this.#listener.rows(bytes, bytes.length - headers);
    // A parser keeps what is no whole message.
    for (const parser of this.#parsers) parser(Buffer.from(bytes));
    return false;
  }

  /** What comes is not what the protocol allows: no byte after it means anything. */
  #derail(): boolean {
    this.client.connection.stream.destroy(new Error("the server sent what is no message of PostgreSQL's protocol"));
    return true;
  }
}

function internals(client: pg.Client): ClientInternals {
  return client as unknown as ClientInternals;
}
