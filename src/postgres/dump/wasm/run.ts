import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
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
  readonly signal: AbortSignal;
}

/**
 * Runs the pg_dump that comes along, version 18, in a thread.
 *
 * @throws the signal's reason; an error of the thread itself. A dump that failed is a result with its code
 */
export async function runDump({ session, words, unlockable, signal }: RunDumpOptions): Promise<DumpResult> {
  signal.throwIfAborted();
  const bridge = await SessionBridge.over(session, { unlockable });
  const { port1, port2 } = new MessageChannel();
  const wake = new SharedArrayBuffer(4);
  const flag = new Int32Array(wake);
  const answer = (message: Answer) => {
    port1.postMessage(message);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
  port1.on("message", (bytes: Uint8Array) => {
    bridge.exchange(bytes).then(
      (answered) => answer({ bytes: answered, lost: false }),
      () => answer({ bytes: new Uint8Array(), lost: true }),
    );
  });
  const worker = new Worker(workerFile(), { workerData: { words, port: port2, wake } satisfies DumpWorkerData, transferList: [port2], name: "pg_dump" });
  try {
    // A worker sends nothing else.
    const [result] = (await once(worker, "message", { signal })) as [DumpResult];
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    bridge.end();
    port1.close();
    await worker.terminate();
  }
}

/** The thread needs pg_dump's module, which only the build puts beside it. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "../../../../dist/pg-dump-worker.js" : "./pg-dump-worker.js", import.meta.url);
}
