import type { MessagePort } from "node:worker_threads";

/** What a thread that runs pg_dump is given. */
export interface DumpWorkerData {
  /** First comes the command line, without the program and the output file. Then frames to the server go out here, its answers come in. */
  readonly port: MessagePort;
  /** One 32-bit number, set to 1 when something is in the port: the thread sleeps on it. */
  readonly wake: SharedArrayBuffer;
}

/** An answer of the server: everything up to and with its `ReadyForQuery`. `lost`: there will be none. */
export interface Answer {
  readonly bytes: Uint8Array;
  readonly lost: boolean;
}

/** The last message of a thread. */
export interface DumpResult {
  readonly code: number;
  /** In pieces; undefined where pg_dump failed. */
  readonly archive: readonly Uint8Array[] | undefined;
  /** What pg_dump said on stderr, by lines. */
  readonly messages: readonly string[];
}
