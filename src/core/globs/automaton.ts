import { TidemarkError } from "../errors.ts";
import { has, LAST_CODE_POINT, type CharSet } from "./char-set.ts";
import { choice, type Pattern } from "./pattern.ts";

type Instruction =
  | { readonly op: "set"; readonly set: CharSet; readonly next: number }
  | { readonly op: "split"; next: readonly number[] }
  | { readonly op: "start" | "end"; readonly next: number }
  | { readonly op: "match" };

const MAX_INSTRUCTIONS = 50_000;
const MAX_STATES = 10_000;
/** Cells of the transition table: 4 bytes each. */
const MAX_CELLS = 1 << 20;
const MAX_EXPLORED = 500;
const DEAD = 0;
const UNKNOWN = -1;

/**
 * Many patterns as one deterministic automaton, built as keys need it.
 *
 * Time is linear in the key whatever the patterns are: nothing backtracks. Their number does not
 * matter either: a key is walked through once.
 */
export class Automaton {
  readonly #program: Instruction[] = [{ op: "match" }];
  readonly #entry: number;
  /** First code point of each class of characters that no pattern tells apart. */
  readonly #classes: readonly number[];
  readonly #asciiClass = new Uint16Array(128);
  #states: { readonly instructions: readonly number[]; readonly accepts: boolean }[] = [];
  #byInstructions = new Map<string, number>();
  #table = new Int32Array(0);
  #accepts = new Uint8Array(0);
  #start = DEAD;
  #flushes = 0;

  /** @throws TidemarkError `FILTER_TOO_LARGE` */
  constructor(patterns: readonly Pattern[]) {
    this.#entry = this.#compile(choice(patterns), 0);
    this.#classes = classesOf(this.#program);
    for (let code = 0; code < 128; code++) this.#asciiClass[code] = this.#search(code);
    this.#flush();
  }

  /** Whether one of the patterns matches the whole of the text. */
  matches(text: string): boolean {
    // The walk may replace the table, so it comes first.
    const state = this.#walk(text);
    return this.#accepts[state] === 1;
  }

  /** Of all texts that begin so, which ones match. `some` where it cannot be told cheaply. */
  coverage(beginning: string): "all" | "none" | "some" {
    const first = this.#walk(beginning);
    if (first === DEAD) return "none";
    const flushes = this.#flushes;
    const seen = new Set([first]);
    let accepting = 0;
    for (const state of seen) {
      accepting += this.#accepts[state] ?? 0;
      for (let cls = 0; cls < this.#classes.length; cls++) seen.add(this.#next(state, cls));
      if (seen.size > MAX_EXPLORED || this.#flushes !== flushes) return "some";
    }
    return accepting === seen.size ? "all" : accepting === 0 ? "none" : "some";
  }

  #walk(text: string): number {
    const width = this.#classes.length;
    let state = this.#start;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      let cls: number | undefined;
      if (code < 128) cls = this.#asciiClass[code] ?? 0;
      else {
        if (code >= 0xd800 && code < 0xdc00) {
          code = text.codePointAt(i) ?? code;
          if (code > 0xffff) i += 1;
        }
        cls = this.#search(code);
      }
      const known = this.#table[state * width + cls] ?? UNKNOWN;
      state = known === UNKNOWN ? this.#next(state, cls) : known;
      if (state === DEAD) return DEAD;
    }
    return state;
  }

  #next(state: number, cls: number): number {
    const width = this.#classes.length;
    const known = this.#table[state * width + cls];
    if (known !== undefined && known !== UNKNOWN) return known;
    const character = this.#classes[cls] ?? 0;
    const reached: number[] = [];
    for (const at of this.#states[state]?.instructions ?? []) {
      const instruction = this.#program[at];
      if (instruction?.op === "set" && has(instruction.set, character)) reached.push(instruction.next);
    }
    const flushes = this.#flushes;
    const next = this.#intern(this.#closure(reached, false, false), false);
    if (this.#flushes === flushes) this.#table[state * width + cls] = next;
    return next;
  }

  /** The state of these instructions; forgets all others where there are too many. */
  #intern(instructions: readonly number[], atStart: boolean): number {
    const id = `${atStart ? "^" : ""}${instructions.join()}`;
    const known = this.#byInstructions.get(id);
    if (known !== undefined) return known;
    const width = this.#classes.length;
    if (this.#states.length > 2 && (this.#states.length >= MAX_STATES || this.#states.length * width >= MAX_CELLS)) this.#flush();
    const state = this.#states.length;
    const accepts = this.#closure(instructions, atStart, true).some((at) => this.#program[at]?.op === "match");
    this.#states.push({ instructions, accepts });
    this.#byInstructions.set(id, state);
    if (this.#states.length > this.#accepts.length) this.#grow(Math.max(8, this.#states.length * 2));
    this.#accepts[state] = accepts ? 1 : 0;
    return state;
  }

  #grow(states: number): void {
    const table = new Int32Array(states * this.#classes.length).fill(UNKNOWN);
    table.set(this.#table);
    this.#table = table;
    const accepts = new Uint8Array(states);
    accepts.set(this.#accepts);
    this.#accepts = accepts;
  }

  #flush(): void {
    this.#flushes += 1;
    this.#states = [];
    this.#byInstructions = new Map();
    this.#table = new Int32Array(0);
    this.#accepts = new Uint8Array(0);
    this.#intern([], false);
    this.#start = this.#intern(this.#closure([this.#entry], true, false), true);
  }

  /** What can be reached without a character, ascending. Ends are kept, as they may come true later. */
  #closure(from: readonly number[], atStart: boolean, atEnd: boolean): number[] {
    const seen = new Set<number>();
    const kept: number[] = [];
    const open = [...from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const instruction = this.#program[at];
      if (!instruction) continue;
      if (instruction.op === "split") open.push(...instruction.next);
      else if (instruction.op === "start") {
        if (atStart) open.push(instruction.next);
      } else {
        kept.push(at);
        if (instruction.op === "end" && atEnd) open.push(instruction.next);
      }
    }
    return kept.sort((a, b) => a - b);
  }

  /** @returns where the pattern begins, given where to go on after it */
  #compile(pattern: Pattern, next: number): number {
    switch (pattern.kind) {
      case "set":
        return this.#emit({ op: "set", set: pattern.set, next });
      case "sequence":
        return pattern.parts.reduceRight((after, part) => this.#compile(part, after), next);
      case "choice":
        return this.#emit({ op: "split", next: pattern.options.map((option) => this.#compile(option, next)) });
      case "repeat":
        return this.#compileRepeat(pattern.part, pattern.min, pattern.max, next);
      default:
        return this.#emit({ op: pattern.kind, next });
    }
  }

  #compileRepeat(part: Pattern, min: number, max: number, next: number): number {
    let begin = next;
    if (max === Infinity) {
      const loop: Instruction = { op: "split", next: [] };
      begin = this.#emit(loop);
      loop.next = [this.#compile(part, begin), next];
    } else {
      for (let i = min; i < max; i++) begin = this.#emit({ op: "split", next: [this.#compile(part, begin), next] });
    }
    for (let i = 0; i < min; i++) begin = this.#compile(part, begin);
    return begin;
  }

  #emit(instruction: Instruction): number {
    if (this.#program.length >= MAX_INSTRUCTIONS) {
      throw new TidemarkError("FILTER_TOO_LARGE", "The include or exclude patterns of the sync are too large together.", {
        hint: "Use fewer patterns, or smaller counts in {{…{n,m}}}.",
      });
    }
    return this.#program.push(instruction) - 1;
  }

  #search(code: number): number {
    let low = 0;
    let high = this.#classes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#classes[middle] ?? 0) <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function classesOf(program: readonly Instruction[]): number[] {
  const firsts = new Set([0]);
  for (const instruction of program) {
    if (instruction.op !== "set") continue;
    instruction.set.forEach((code, i) => {
      const first = i % 2 === 0 ? code : code + 1;
      if (first <= LAST_CODE_POINT) firsts.add(first);
    });
  }
  return [...firsts].sort((a, b) => a - b);
}
