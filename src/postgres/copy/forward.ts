import { setTimeout as wait } from "node:timers/promises";
import type { RateBudget } from "../../core/rate-budget.ts";
import type { Session } from "../connect/session.ts";
import { type CopyFailure, copyError, rowsLost } from "./copy-errors.ts";
import { CopyIn, CopyOut } from "./wire.ts";

export interface CopyTask {
  /** Idle, and used by nobody else until the copy is over. In a transaction of its own, or in none. */
  readonly source: Session;
  readonly destination: Session;
  /** `COPY … TO STDOUT` */
  readonly from: string;
  /** `COPY … FROM STDIN`, of the same columns in the same format. */
  readonly to: string;
  /** What is copied, for messages: a table as people see it. */
  readonly item: string;
  readonly budget: RateBudget;
  readonly signal: AbortSignal;
  /** Bytes of rows that were handed on, some tens of kilobytes a call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** How long a server may take to end a statement that is cancelled, in milliseconds. */
  readonly graceMs?: number | undefined;
}

export interface CopiedRows {
  /** Of the rows in COPY's format, without frame headers. */
  readonly bytes: number;
  readonly rows: number;
}

/**
 * Copies rows from one server to the other in constant memory: what COPY TO sends is what COPY FROM takes, so
 * the frames go from socket to socket as they are. The caller begins and ends the transactions, and must not
 * commit the destination's where this throws.
 *
 * Whatever fails, the source is afterwards where it was before, in its transaction and with its snapshot, and the
 * destination in an aborted transaction; or a session is lost (`isLost`). A source that still has rows to send is
 * cancelled. A session is closed where its server does not end the statement in time, and the
 * destination's where the source's connection was cut within a row.
 *
 * @throws {TidemarkError} CANCELLED, ROWS_LOST, or what a server said
 */
export async function forwardCopy(task: CopyTask): Promise<CopiedRows> {
  return new Forwarding(task).run();
}

/** Milliseconds. */
const GRACE = 10_000;

/** Keeps the source's transaction where its statement has to be cancelled. In the same message as it: that costs no round trip. */
const SAVEPOINT = "SAVEPOINT tidemark_copy";
const RELEASE = "RELEASE SAVEPOINT tidemark_copy";

class Forwarding {
  readonly #task: CopyTask;
  /** Ends the wait for the budget. */
  readonly #stop = new AbortController();
  /** The first one counts: those after it follow from it. */
  #failure: CopyFailure | undefined;
  #sink: CopyIn | undefined;
  #tap: CopyOut | undefined;
  readonly #endings: Promise<void>[] = [];
  #bytes = 0;
  /** The destination's socket is full. */
  #full = false;
  /** Chunks that were handed on and for which the budget has not yet given leave. */
  #unpaid = 0;
  #paused = false;
  /** Bytes that complete the frame of which the destination has the beginning, after a failure. */
  #owed = 0;

  constructor(task: CopyTask) {
    this.#task = task;
  }

  async run(): Promise<CopiedRows> {
    const { signal, destination, item, to } = this.#task;
    if (signal.aborted) throw copyError(item, { side: "run" });
    signal.addEventListener("abort", this.#aborted);
    const sink = new CopyIn(destination.client, to, { failed: (error) => this.#fail({ side: "destination", error }) });
    this.#sink = sink;
    sink.onDrain(this.#drained);
    try {
      destination.client.query(sink);
      const read = (await sink.opened) ? await this.#read(sink) : undefined;
      const written = await sink.finished;
      await Promise.all(this.#endings);
      if (this.#failure !== undefined) {
        await this.#restoreSource();
        throw copyError(item, this.#failure);
      }
      if (read === undefined || written.rows !== read) throw rowsLost(item, read, written.rows);
      return { bytes: this.#bytes, rows: read };
    } finally {
      sink.offDrain(this.#drained);
      signal.removeEventListener("abort", this.#aborted);
    }
  }

  /** @returns how many rows the source has sent, all of which were handed on */
  async #read(sink: CopyIn): Promise<number | undefined> {
    let rows: number | undefined;
    if (this.#failure === undefined) {
      const { client } = this.#task.source;
      const { from } = this.#task;
      const text = client.getTransactionStatus() === "T" ? `${SAVEPOINT}; ${from}; ${RELEASE}` : from;
      const tap = new CopyOut(client, text, { rows: this.#forward, failed: (error) => this.#fail({ side: "source", error }) });
      this.#tap = tap;
      client.query(tap);
      ({ rows } = await tap.finished);
    }
    if (this.#failure === undefined) {
      sink.done();
      return rows;
    }
    // The destination waits for the rest of a row that nobody has.
    if (this.#owed > 0) sink.destroy();
    else if (sink.running) {
      sink.abandon("the rows are not complete");
      this.#bringToEnd(sink, this.#task.destination);
    }
    return undefined;
  }

  readonly #forward = (frames: Buffer, payload: number): boolean => {
    // #read has it from run, which set it before.
    const sink = this.#sink as CopyIn;
    if (this.#failure !== undefined) {
      this.#complete(sink, frames);
      return true;
    }
    if (!sink.write(frames)) this.#full = true;
    const isHeld = sink.holdsBytes;
    this.#bytes += payload;
    this.#task.onBytes?.(payload);
    this.#spend(frames.length);
    this.#flow();
    return isHeld;
  };

  /** After a failure the destination gets the rest of its frame and no more: without it, it would understand nothing that follows. */
  #complete(sink: CopyIn, frames: Buffer): void {
    const rest = frames.subarray(0, this.#owed);
    this.#owed -= rest.length;
    if (rest.length > 0 && sink.writable && !sink.write(rest)) this.#full = true;
    this.#flow();
  }

  /** A chunk ahead of the budget: where that does not limit, the stream is never paused for it. */
  #spend(bytes: number): void {
    this.#unpaid += 1;
    const paid = () => {
      this.#unpaid -= 1;
      this.#flow();
    };
    this.#task.budget.take(bytes, 0, this.#stop.signal).then(paid, (error: unknown) => {
      if (!this.#stop.signal.aborted) this.#fail({ side: "budget", error });
      paid();
    });
  }

  #flow(): void {
    const tap = this.#tap;
    if (tap === undefined || !tap.running) return;
    const well = this.#failure === undefined;
    const full = this.#full && this.#sink?.writable === true && (well || this.#owed > 0);
    const pause = full || (well && this.#unpaid > 1);
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) tap.pause();
    else tap.resume();
  }

  readonly #drained = (): void => {
    this.#full = false;
    this.#flow();
  };

  readonly #aborted = (): void => this.#fail({ side: "run" });

  #fail(failure: CopyFailure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#stop.abort();
    const tap = this.#tap;
    if (tap?.running === true) {
      this.#owed = tap.owed;
      // A source that failed comes to its end by itself.
      if (failure.side !== "source") this.#bringToEnd(tap, this.#task.source);
    } else if (failure.side !== "destination" && this.#sink !== undefined) {
      this.#bringToEnd(this.#sink, this.#task.destination);
    }
    this.#flow();
  }

  /** Cancels a statement, and closes its session where that does not help. */
  #bringToEnd(statement: CopyIn | CopyOut, session: Session): void {
    const over = new AbortController();
    const late = wait(this.#task.graceMs ?? GRACE, undefined, { signal: over.signal }).then(
      () => statement.destroy(),
      () => {},
    );
    // Until the request has been dealt with it could hit the session's next statement.
    const ended = Promise.all([session.cancel().catch(() => {}), statement.finished]).then(() => over.abort());
    this.#endings.push(Promise.race([late, ended]));
  }

  async #restoreSource(): Promise<void> {
    const { source } = this.#task;
    if (source.isLost || this.#tap === undefined || source.client.getTransactionStatus() !== "E") return;
    // Where that fails too, the session is lost, and says so.
    await source.query(`ROLLBACK TO ${SAVEPOINT}; ${RELEASE}`).catch(() => {});
  }
}
