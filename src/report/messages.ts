import type { TidemarkError } from "../core/errors.ts";
import { visible } from "../core/escape.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";

export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the program says to a person beside its data: on stderr, and no more than `--log-level` asks for. */
export class Messages {
  readonly #out: Output;
  readonly #level: number;
  readonly paint: Paint;

  constructor(out: Output, level: LogLevel, paint: Paint) {
    this.#out = out;
    this.#level = LOG_LEVELS.indexOf(level);
    this.paint = paint;
  }

  shows(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= this.#level;
  }

  error(error: Pick<TidemarkError, "code" | "message" | "hint">): void {
    this.#out.line(`${this.paint.remove("Error:")} ${visible(error.message)} ${this.paint.faint(`[${error.code}]`)}`);
    if (error.hint) this.#out.line(`  ${visible(error.hint)}`);
  }

  warn(text: string, hint?: string): void {
    if (!this.shows("warn")) return;
    this.#out.line(`${this.paint.warn("Warning:")} ${visible(text)}`);
    if (hint) this.#out.line(`  ${visible(hint)}`);
  }

  info(text: string): void {
    if (this.shows("info")) this.#out.line(visible(text));
  }

  debug(text: string): void {
    if (this.shows("debug")) this.#out.line(this.paint.faint(visible(text)));
  }

  /** Lines that were made for a terminal already: not escaped again. */
  raw(text: string, level: LogLevel = "info"): void {
    if (this.shows(level)) this.#out.write(text);
  }
}
