#!/usr/bin/env -S node --max-semi-space-size=6 --heap-growing-percent=50
import { enableCompileCache } from "node:module";
import { Interrupts } from "./cli/interrupts.ts";

// Read once, when the first file is opened: four threads would be the limit of a directory store.
process.env["UV_THREADPOOL_SIZE"] ??= "16";
enableCompileCache();

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
