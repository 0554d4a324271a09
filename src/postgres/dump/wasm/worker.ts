import { readFileSync } from "node:fs";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import createModule, { type PgDumpModule } from "pg-dump-module";
import type { Answer, DumpResult, DumpWorkerData } from "./messages.ts";

const OUTPUT = "/tmp/dump";
const FILE_PRIVATE = 0o600;

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
        module.FS.chmod("/home/postgres/.pgpass", FILE_PRIVATE);
      };
    },
  ],
});
const words = receive() as readonly string[];
const returned = module.callMain([...words, "--file", OUTPUT]);
if (code === 0 && returned !== undefined) code = returned;
const archive = code === 0 ? new Uint8Array(module.FS.readFile(OUTPUT)) : undefined;
const result: DumpResult = { code, archive, messages };
parentPort?.postMessage(result, archive === undefined ? [] : [archive.buffer]);
port.close();
