import type { KnownCode } from "./errors.ts";
import type { Operation } from "./operations.ts";

/** A request's condition, named by what asks for it. */
export type ConditionKind =
  | "put-if-none-match"
  | "put-if-match"
  | "complete-if-none-match"
  | "complete-if-match"
  | "copy-if-none-match"
  | "copy-if-match"
  | "copy-source-if-match"
  | "copy-source-if-none-match"
  | "copy-source-if-modified-since"
  | "copy-source-if-unmodified-since"
  | "get-if-match"
  | "get-if-none-match"
  | "get-if-modified-since"
  | "get-if-unmodified-since"
  | "delete-if-match";

/** What a request is told apart by. */
export interface Target {
  readonly operation: Operation;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

export type Effect =
  /** Answered so, after the body was read, and nothing done. */
  | { readonly kind: "error"; readonly code: KnownCode; readonly retryAfterSeconds?: number; readonly message?: string }
  /** As `error`, with any code and status. */
  | { readonly kind: "answer"; readonly status: number; readonly code: string; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is reset when the headers have come. */
  | { readonly kind: "reset-before-body" }
  /** All is done as asked, and then the connection is reset without an answer. */
  | { readonly kind: "lost-response" }
  /** Reset after so many bytes of the answer's body. */
  | { readonly kind: "reset-in-response"; readonly afterBytes: number }
  /** The connection ends in order after so many bytes of the answer's body, of which the header told more. */
  | { readonly kind: "truncated-response"; readonly afterBytes: number }
  /** Before anything is done. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** The answer's body comes in small pieces. */
  | { readonly kind: "trickle"; readonly bytes: number; readonly delayMs: number }
  /** Waits for the test, before the request is handled or when all is done and not answered yet. */
  | { readonly kind: "hold"; readonly until: (target: Target) => Promise<unknown>; readonly at?: "before" | "after" }
  /** A bit of what is stored is not what was sent. `etag`: of what is stored (damaged on its way, the default) or of what was sent (damaged on the disk). */
  | { readonly kind: "corrupt-stored"; readonly etag?: "stored" | "sent" }
  /** A bit of what is read is not what is stored. */
  | { readonly kind: "corrupt-response" }
  /** The ETag and checksums that the answer tells are not those of the object. */
  | { readonly kind: "wrong-checksum" }
  /** The first two and the last two entries of each page change places. */
  | { readonly kind: "list-out-of-order" }
  /** Each page begins with the last entry of the page before, and has its own first entry twice. */
  | { readonly kind: "list-repeats" }
  /** The document ends in the middle; the answer itself is whole. */
  | { readonly kind: "list-truncated-xml" }
  /** GET and HEAD find what was there before the last change, or nothing. */
  | { readonly kind: "stale-read" }
  /** The server's clock is ahead by so much; behind where negative. */
  | { readonly kind: "clock-skew"; readonly skewMs: number }
  | { readonly kind: "ignore-conditions"; readonly conditions: readonly ConditionKind[] }
  /** Of CopyObject, UploadPartCopy and CompleteMultipartUpload: status 200, and the error in its body. */
  | { readonly kind: "error-inside-200"; readonly code: KnownCode; readonly done?: boolean }
  /** Of the same: status 200 and whitespace at once, and after that the result or any error. */
  | { readonly kind: "keep-alive"; readonly spaces: number };

export interface FaultMatch {
  /** Default: all. */
  readonly operation?: Operation | readonly Operation[] | undefined;
  readonly bucket?: string | undefined;
  readonly key?: string | RegExp | ((key: string) => boolean) | undefined;
  /** Only this one of the requests that match, counted from 1. */
  readonly nth?: number | undefined;
  /** So often and no more. */
  readonly times?: number | undefined;
  /** From 0 to 1, drawn from the seeded generator. */
  readonly probability?: number | undefined;
}

export interface FaultRule {
  /** Default: every request. */
  readonly match?: FaultMatch | undefined;
  readonly effect: Effect;
}

export interface Fault {
  /** How often it took effect. */
  readonly hits: number;
  remove(): void;
}

/** The effects one request is under. */
export class ActiveFaults {
  static readonly none = new ActiveFaults([]);
  readonly #effects: readonly Effect[];

  constructor(effects: readonly Effect[]) {
    this.#effects = effects;
  }

  find<K extends Effect["kind"]>(kind: K): Extract<Effect, { kind: K }> | undefined {
    return this.#effects.find((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
  }

  all<K extends Effect["kind"]>(kind: K): readonly Extract<Effect, { kind: K }>[] {
    return this.#effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
  }

  ignores(condition: ConditionKind): boolean {
    return this.all("ignore-conditions").some((effect) => effect.conditions.includes(condition));
  }
}

interface Rule {
  readonly match: FaultMatch;
  readonly effect: Effect;
  seen: number;
  hits: number;
}

/** The rules a server misbehaves by. */
export class Faults {
  #rules: readonly Rule[] = [];
  #random: () => number;

  constructor(seed = 1) {
    this.#random = mulberry32(seed);
  }

  add({ match = {}, effect }: FaultRule): Fault {
    const kept: Rule = { match, effect, seen: 0, hits: 0 };
    this.#rules = [...this.#rules, kept];
    return {
      get hits() {
        return kept.hits;
      },
      remove: () => {
        this.#rules = this.#rules.filter((other) => other !== kept);
      },
    };
  }

  /** The server behaves again. */
  clear(): void {
    this.#rules = [];
  }

  /** Restarts the generator that `probability` draws from. */
  seed(seed: number): void {
    this.#random = mulberry32(seed);
  }

  /** For the server: the effects of a request that has just come. */
  draw(target: Target): ActiveFaults {
    if (this.#rules.length === 0) return ActiveFaults.none;
    const hit = this.#rules.filter((rule) => this.#hits(rule, target));
    return hit.length === 0 ? ActiveFaults.none : new ActiveFaults(hit.map((rule) => rule.effect));
  }

  #hits(rule: Rule, target: Target): boolean {
    const { nth, times, probability } = rule.match;
    if (!matches(rule.match, target)) return false;
    rule.seen++;
    if (nth !== undefined && rule.seen !== nth) return false;
    if (times !== undefined && rule.hits >= times) return false;
    if (probability !== undefined && this.#random() >= probability) return false;
    rule.hits++;
    return true;
  }
}

function matches({ operation, bucket, key }: FaultMatch, target: Target): boolean {
  if (operation !== undefined && (typeof operation === "string" ? operation !== target.operation : !operation.includes(target.operation))) return false;
  if (bucket !== undefined && bucket !== target.bucket) return false;
  if (key === undefined) return true;
  if (target.key === undefined) return false;
  if (typeof key === "string") return key === target.key;
  return typeof key === "function" ? key(target.key) : key.test(target.key);
}

/** A small generator that gives the same numbers for the same seed on any machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
