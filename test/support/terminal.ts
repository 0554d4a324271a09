import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { join } from "node:path";
import stringWidth from "string-width";

const CLI = join(import.meta.dirname, "../../dist/main.js");
/** A screen that does not come is a failure, and says what stood there instead. */
const PATIENCE_MS = 20_000;

const KEYS = {
  enter: "\r",
  escape: "\u001b",
  tab: "\t",
  backspace: "\u007f",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  pageUp: "\u001b[5~",
  pageDown: "\u001b[6~",
  "ctrl-c": "\u0003",
  "ctrl-l": "\u000c",
  "ctrl-u": "\u0015",
  "ctrl-z": "\u001a",
} as const;

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than the CLI, with arguments of its own: a shell. */
  readonly command?: string;
  /** For Node, before the CLI. */
  readonly nodeOptions?: readonly string[];
}

/** Colours of the 16 that a theme decides on, by number; undefined: the terminal's own. */
export interface Cell {
  readonly text: string;
  readonly column: number;
  readonly color: number | undefined;
  readonly background: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
  readonly underline: boolean;
}

/** The built CLI in a real pseudo-terminal, and what stands on its screen. */
export interface Pty extends AsyncDisposable {
  readonly pid: number;
  type(text: string): void;
  press(...keys: readonly (keyof typeof KEYS)[]): void;
  /** Resolves when the screen has it; rejects where the program ends first. @returns the lines of the screen then */
  shows(wanted: string | RegExp): Promise<readonly string[]>;
  /** Resolves when the lines are as wanted. */
  until(what: string, isSo: (lines: readonly string[]) => boolean): Promise<readonly string[]>;
  /** Lines of the screen, without what was scrolled away, without blanks at their ends. */
  lines(): readonly string[];
  /** All of it, what was scrolled away too. */
  history(): readonly string[];
  cells(row: number): readonly Cell[];
  /** Everything that was written, as it came. */
  raw(): string;
  modes(): { readonly alternate: boolean; readonly cursor: boolean; readonly bracketedPaste: boolean };
  resize(columns: number, rows: number): void;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<{ readonly code: number; readonly signal: number | undefined }>;
}

export function startTerminal(args: readonly string[], options: PtyOptions): Pty {
  const { columns = 100, rows = 30, cwd, env = {}, command, nodeOptions = [] } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 5000, allowProposedApi: true });
  modernWidths(terminal);
  const child = spawn(command ?? process.execPath, [...(command === undefined ? [...nodeOptions, CLI] : []), ...args], {
    name: env["TERM"] ?? "xterm-256color",
    cols: columns,
    rows,
    cwd,
    env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", ...env },
  });
  let raw = "";
  let hasEnded = false;
  let isCursorShown = true;
  let isDrawing = false;
  const waiting = new Set<() => void>();
  const look = () => {
    // In the middle of a frame nobody would see what stands there.
    if (!isDrawing) for (const each of waiting) each();
  };
  const watch = (on: boolean) => (params: readonly (number | number[])[]) => {
    if (params.includes(25)) isCursorShown = on;
    if (params.includes(2026)) isDrawing = on;
    return false;
  };
  terminal.parser.registerCsiHandler({ prefix: "?", final: "h" }, watch(true));
  terminal.parser.registerCsiHandler({ prefix: "?", final: "l" }, watch(false));
  terminal.onData((reply) => child.write(reply));
  child.onData((data) => {
    raw += data;
    terminal.write(data, look);
  });
  const { promise: exited, resolve: end } = Promise.withResolvers<{ code: number; signal: number | undefined }>();
  child.onExit(({ exitCode, signal }) => {
    terminal.write("", () => {
      hasEnded = true;
      isDrawing = false;
      look();
      end({ code: exitCode, signal: signal === 0 ? undefined : signal });
    });
  });

  const read = (from: number, to: number) => {
    const lines: string[] = [];
    for (let row = from; row < to; row += 1) lines.push(terminal.buffer.active.getLine(row)?.translateToString(true).trimEnd() ?? "");
    return lines;
  };
  const lines = () => read(terminal.buffer.active.baseY, terminal.buffer.active.baseY + terminal.rows);
  const history = () => read(0, terminal.buffer.active.length);
  const until = (what: string, isSo: (now: readonly string[]) => boolean) =>
    new Promise<readonly string[]>((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        waiting.delete(check);
        reject(new Error(`${why} without ${what}:\n${history().join("\n").trimEnd()}`));
      };
      const check = () => {
        const now = lines();
        if (isSo(now)) {
          clearTimeout(timer);
          waiting.delete(check);
          resolve(now);
        } else if (hasEnded) fail("It ended");
      };
      const timer = setTimeout(() => fail("A long time went by"), PATIENCE_MS);
      waiting.add(check);
      check();
    });
  return {
    pid: child.pid,
    type: (text) => child.write(text),
    press: (...keys) => {
      for (const key of keys) child.write(KEYS[key]);
    },
    until,
    shows: (wanted) =>
      until(String(wanted), (now) => {
        const text = now.join("\n");
        return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
      }),
    lines,
    history,
    cells(row) {
      const line = terminal.buffer.active.getLine(terminal.buffer.active.baseY + row);
      return Array.from({ length: terminal.cols }, (_, column) => cellOf(column, line?.getCell(column))).filter((cell) => cell !== undefined);
    },
    raw: () => raw,
    modes: () => ({
      alternate: terminal.buffer.active.type === "alternate",
      cursor: isCursorShown,
      bracketedPaste: terminal.modes.bracketedPasteMode,
    }),
    resize(to, height) {
      terminal.resize(to, height);
      child.resize(to, height);
    },
    kill: (signal) => child.kill(signal),
    exited,
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGKILL");
      await exited;
      terminal.dispose();
    },
  };
}

function cellOf(column: number, cell: xterm.IBufferCell | undefined): Cell | undefined {
  // The right half of a wide character.
  if (cell === undefined || cell.getWidth() === 0) return undefined;
  return {
    text: cell.getChars() === "" ? " " : cell.getChars(),
    column,
    color: cell.isFgPalette() ? cell.getFgColor() : undefined,
    background: cell.isBgPalette() ? cell.getBgColor() : undefined,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    inverse: cell.isInverse() !== 0,
    underline: cell.isUnderline() !== 0,
  };
}

/** Widths as terminals of today have them; xterm's own are of a time when emoji were narrow. */
function modernWidths({ unicode }: xterm.Terminal): void {
  const wcwidth = (code: number): 0 | 1 | 2 => {
    const width = code < 0x7f ? 1 : stringWidth(String.fromCodePoint(code));
    return width === 0 ? 0 : width === 1 ? 1 : 2;
  };
  unicode.register({
    version: "modern",
    wcwidth,
    // Packed as xterm does it: the width in bits 1 and 2, in bit 0 whether it joins the character before.
    charProperties(code, preceding) {
      const width = wcwidth(code);
      const before = (preceding >> 1) & 3;
      const joins = width === 0 && preceding !== 0 && before !== 0;
      return ((joins ? before : width) << 1) | (joins ? 1 : 0);
    },
  });
  unicode.activeVersion = "modern";
}
