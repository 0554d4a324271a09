import type { Readable, Writable } from "node:stream";
import manifest from "../../package.json" with { type: "json" };
import { JsonLines } from "../report/json-lines.ts";
import { type LogLevel, Messages } from "../report/messages.ts";
import { Output } from "../report/output.ts";
import { makePaint, type Paint, wantsColor } from "../report/paint.ts";
import type { Interrupts } from "./interrupts.ts";

export const VERSION: string = manifest.version;

/** What the process gives the command line; tests give their own. */
export interface Host {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupts: Interrupts;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly color: boolean;
  readonly logLevel: LogLevel;
}

/** What every command works with. */
export interface Context {
  readonly host: Host;
  /** Data. */
  readonly out: Output;
  /** Progress and messages. */
  readonly err: Output;
  readonly messages: Messages;
  /** For what goes to `out`. */
  readonly paint: Paint;
  /** Set with `--json`: then nothing else goes to `out`. */
  readonly json: JsonLines | undefined;
  /** Whether somebody could answer a question. */
  readonly interactive: boolean;
}

export function makeContext(host: Host, out: Output, err: Output, options: GlobalOptions): Context {
  const errPaint = makePaint(wantsColor(options.color, host.env, host.stderr.isTTY === true));
  return {
    host,
    out,
    err,
    messages: new Messages(err, options.logLevel, errPaint),
    paint: makePaint(wantsColor(options.color, host.env, host.stdout.isTTY === true)),
    json: options.json ? new JsonLines(out, VERSION) : undefined,
    get interactive() {
      return !options.json && host.stderr.isTTY === true && host.stdin.isTTY === true;
    },
  };
}
