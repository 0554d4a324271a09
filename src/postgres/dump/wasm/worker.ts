import { readFileSync } from "node:fs";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import createModule, { type PgDumpModule } from "pg-dump-module";
import type { Answer, DumpResult, DumpWorkerData } from "./messages.ts";

const OUTPUT = "/dev/archive";
/** The module numbers its own devices up to 64. */
const OUTPUT_MAJOR = 128;
const PIECE_BYTES = 1 << 20;

// Only DumpThread starts this thread.
const { port, wake } = workerData as DumpWorkerData;
const flag = new Int32Array(wake);
/** What the server answered and pg_dump has not read yet. */
let unread: Uint8Array = new Uint8Array();

/** pg_dump sends a message, perhaps in pieces. The main thread answers each piece: with nothing until the message is whole. */
function write(module: PgDumpModule, pointer: number, length: number): number {
  Atomics.store(flag, 0, 0);
  const sent = module.HEAPU8.slice(pointer, pointer + length);
  port.postMessage(sent, [sent.buffer]);
  const answer = receive() as Answer | undefined;
  if (answer === undefined || answer.lost) return -1;
  const { bytes } = answer;
  if (bytes.length > 0) unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
  return length;
}

/** Sleeps until the main thread has posted something. It posts before it wakes. */
function receive(): unknown {
  Atomics.wait(flag, 0, 0);
  return receiveMessageOnPort(port)?.message;
}

function read(module: PgDumpModule, pointer: number, most: number): number {
  const length = Math.min(unread.length, most);
  module.HEAPU8.set(unread.subarray(0, length), pointer);
  unread = unread.subarray(length);
  return length;
}

/** The archive as it is written. A file of the module's would be copied into larger memory each time that it outgrows its own. */
const pieces: Uint8Array<ArrayBuffer>[] = [];
/** Bytes of the last piece. */
let filled = PIECE_BYTES;

function keep(bytes: Int8Array): void {
  let at = 0;
  while (at < bytes.length) {
    if (filled === PIECE_BYTES) {
      pieces.push(new Uint8Array(PIECE_BYTES));
      filled = 0;
    }
    const part = bytes.subarray(at, at + PIECE_BYTES - filled);
    pieces.at(-1)?.set(part, filled);
    filled += part.length;
    at += part.length;
  }
}

const messages: string[] = [];
let code = 0;
const module = await createModule({
  wasmBinary: readFileSync(new URL("pg_dump.wasm", import.meta.url)),
  thisProgram: "pg_dump",
  noExitRuntime: false,
  print: (line) => messages.push(line),
  printErr: (line) => messages.push(line),
  onExit: (status) => (code = status),
  preRun: [
    (module) => {
      module.onRuntimeInitialized = () => {
        const writing = module.addFunction((pointer, length) => write(module, pointer, length), "iii");
        const reading = module.addFunction((pointer, most) => read(module, pointer, most), "iii");
        module._pgl_set_rw_cbs(reading, writing);
        const device = module.FS.makedev(OUTPUT_MAJOR, 0);
        module.FS.registerDevice(device, {
          write: (_, memory, offset, length) => {
            keep(memory.subarray(offset, offset + length));
            return length;
          },
        });
        module.FS.mkdev(OUTPUT, device);
      };
    },
  ],
});
const words = receive() as readonly string[];
const returned = module.callMain([...words, "--file", OUTPUT]);
if (code === 0 && returned !== undefined) code = returned;
const last = pieces.pop();
if (last !== undefined) pieces.push(last.subarray(0, filled));
const result: DumpResult = { code, archive: code === 0 ? pieces : undefined, messages };
parentPort?.postMessage(
  result,
  pieces.map(({ buffer }) => buffer),
);
port.close();
