#!/usr/bin/env -S node --max-semi-space-size=6 --heap-growing-percent=50
// By namespace: an older Node has no such export, and would end with a syntax error instead of what is said below.
import * as nodeModule from "node:module";
import { Interrupts } from "./cli/interrupts.ts";

const OLDEST_NODE = 24;
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Tidemark needs Node ${OLDEST_NODE} or newer, and this is ${process.version}. Install a newer Node, or put it first in PATH.\n`);
  process.exit(1);
}

// Read once, when the first file is opened: four threads would be the limit of a directory store.
process.env["UV_THREADPOOL_SIZE"] ??= "16";
nodeModule.enableCompileCache();

/** What is in flight when a scheduler says SIGTERM gets this long, milliseconds. */
const TERMINATION_LIMIT = 30_000;

const interrupts = new Interrupts();

process.on("SIGINT", () => {
  if (interrupts.interrupt() === "exit") process.exit(130);
});
process.on("SIGTERM", () => {
  if (interrupts.interrupt() === "exit") process.exit(130);
  setTimeout(() => interrupts.expire(), TERMINATION_LIMIT).unref();
});

const { runCli } = await import("./cli/program.ts");
const { stdout, stderr, env } = process;
const code = await runCli(process.argv.slice(2), {
  // Opened where something is asked, and not before.
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  env,
  interrupts,
});
// Idle sockets of connection pools would keep the process for their time-outs.
process.exit(code);
