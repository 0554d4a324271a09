/** Runs a program in a pseudo-terminal of 120 columns and 40 rows: `in-terminal.ts PROGRAM [ARGUMENT…]`. */
import { spawn } from "@lydell/node-pty";

const [program, ...words] = process.argv.slice(2);
if (program === undefined) throw new Error("in-terminal.ts PROGRAM [ARGUMENT…]");
let last = "";
const child = spawn(program, words, { name: "xterm-256color", cols: 120, rows: 40, env: process.env });
child.onData((data) => (last = (last + data).slice(-4000)));
child.onExit(({ exitCode }) => {
  if (exitCode !== 0) process.stderr.write(last);
  process.exit(exitCode);
});
