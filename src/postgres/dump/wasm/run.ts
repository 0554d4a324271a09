import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { Session } from "../../connect/session.ts";
import { SessionBridge } from "./bridge.ts";
import type { Answer, DumpResult, DumpWorkerData } from "./messages.ts";

export interface RunDumpOptions {
  /** Lent for the time of the dump, and of no use afterwards: pg_dump leaves settings and a transaction in it. */
  readonly session: Session;
  /** Command line of pg_dump, without the output file. */
  readonly words: readonly string[];
  /** Tables that are not locked, as `qualifiedName` writes them. */
  readonly unlockable?: ReadonlySet<string> | undefined;
}

/** Bytes. Shorter buffers may be parts of one that others use. */
const LONG_ANSWER = 1 << 20;

/** A thread for one dump by the pg_dump that comes along, version 18. It gets ready while the session is opened. */
export class DumpThread implements AsyncDisposable {
  readonly #signal: AbortSignal;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #flag: Int32Array;
  readonly #result: Promise<DumpResult>;

  private constructor(signal: AbortSignal) {
    this.#signal = signal;
    const { port1, port2 } = new MessageChannel();
    const wake = new SharedArrayBuffer(4);
    this.#port = port1;
    this.#flag = new Int32Array(wake);
    this.#worker = new Worker(workerFile(), { workerData: { port: port2, wake } satisfies DumpWorkerData, transferList: [port2], name: "pg_dump" });
    // A worker sends nothing else.
    this.#result = once(this.#worker, "message", { signal }).then(([result]) => result as DumpResult);
    // Where no dump is asked for, nobody needs to know why it would have failed.
    this.#result.catch(() => undefined);
  }

  /** @throws the signal's reason */
  static start(signal: AbortSignal): DumpThread {
    signal.throwIfAborted();
    return new DumpThread(signal);
  }

  /** @throws the signal's reason; an error of the thread itself. A dump that failed is a result with its code */
  async run({ session, words, unlockable }: RunDumpOptions): Promise<DumpResult> {
    this.#signal.throwIfAborted();
    const bridge = await SessionBridge.over(session, { unlockable });
    this.#port.on("message", (bytes: Uint8Array) => {
      bridge.exchange(bytes).then(
        (answered) => this.#answer(answered, false),
        () => this.#answer(new Uint8Array(), true),
      );
    });
    this.#wake(words);
    try {
      return await this.#result;
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error;
    } finally {
      bridge.end();
    }
  }

  /** Ends the thread, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }

  /** Memory of its own goes over without being looked at: a piece of a buffer would take all of that along. A long answer has its own. */
  #answer(answered: Uint8Array<ArrayBuffer>, lost: boolean): void {
    const isOwn = answered.length >= LONG_ANSWER && answered.length === answered.buffer.byteLength;
    const bytes = isOwn ? answered : new Uint8Array(answered);
    this.#wake({ bytes, lost }, [bytes.buffer]);
  }

  #wake(message: Answer | readonly string[], transferred: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transferred);
    Atomics.store(this.#flag, 0, 1);
    Atomics.notify(this.#flag, 0);
  }
}

/** The thread needs pg_dump's module, which only the build puts beside it. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "../../../../dist/pg-dump-worker.js" : "./pg-dump-worker.js", import.meta.url);
}
