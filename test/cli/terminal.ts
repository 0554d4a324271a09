import { PassThrough, Writable } from "node:stream";
import type { Host } from "../../src/cli/context.ts";
import { Interrupts } from "../../src/cli/interrupts.ts";
import { runCli } from "../../src/cli/program.ts";

export interface Terminal {
  readonly host: Host;
  /** What a person sees, of both streams, in order. */
  text(): string;
  /** Types a line. */
  type(line: string): void;
  press(key: string): void;
  /** Resolves when that text has been shown. */
  shown(text: string): Promise<void>;
  run(...args: readonly string[]): Promise<number>;
}

/** A terminal as the command line meets one, with a person who reads and types. */
export function makeTerminal(env: Readonly<Record<string, string>> = {}): Terminal {
  let text = "";
  const waiting = new Set<() => void>();
  const screen = () =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          text += chunk.toString();
          for (const look of waiting) look();
          done();
        },
      }),
      { isTTY: true as const, columns: 100 },
    );
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
  const host: Host = { stdin, stdout: screen(), stderr: screen(), env: { NO_COLOR: "1", ...env }, interrupts: new Interrupts() };
  return {
    host,
    text: () => text,
    type: (line) => stdin.write(`${line}\r`),
    press: (key) => stdin.write(key),
    shown: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          if (!text.includes(wanted)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    run: (...args) => runCli(args, host),
  };
}
