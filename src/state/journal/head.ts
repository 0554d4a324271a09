import { hash, randomBytes } from "node:crypto";
import { damaged } from "../state-error.ts";
import { TidemarkError } from "../../core/errors.ts";
import { MIGRATIONS } from "../schema.ts";

/**
 * The one object by which a journal is written: whoever replaces it under the ETag that he read has
 * written, all others have not. It names, in order, what makes up the state: a base (a SQLite file),
 * parts (frames in objects of their own), and the newest small frames themselves.
 *
 * It is never deleted. So a writer that slept, however long, finds another ETag than the one it knows,
 * which names that are made and deleted could not promise.
 */
export interface Head {
  readonly lineage: string;
  /** Writes so far. */
  readonly seq: number;
  readonly base: Base | undefined;
  /** Each follows the one before without a gap. The first may begin with writes that are in the base. */
  readonly parts: readonly Part[];
  /** Frames that follow the parts, base64. */
  readonly inline: readonly string[];
  /** Ids of the last writes, the newest last: by these a writer whose answer was lost knows its own. */
  readonly recent: readonly string[];
}

export interface Base {
  /** Prefix of its chunks: `<name>/0`, `<name>/1`, … */
  readonly name: string;
  /** All writes up to this one are in it. */
  readonly seq: number;
  /** Of all chunks together. */
  readonly bytes: number;
  readonly chunks: readonly string[];
}

export interface Part {
  readonly name: string;
  /** Number of the first write in it. */
  readonly from: number;
  /** How many frames. */
  readonly frames: number;
  readonly bytes: number;
  readonly sha256: string;
}

const KIND = "tidemark-state";
/** Of the head and of what it names; it grows where an older Tidemark would misread it. */
const FORMAT = 1;
const RECENT = 32;

export function newId(): string {
  return randomBytes(12).toString("base64url");
}

export function sha256(bytes: Uint8Array): string {
  return hash("sha256", bytes, "hex");
}

/** Number of the last write that is in the base and the parts. */
export function lastInParts({ base, parts }: Pick<Head, "base" | "parts">): number {
  const last = parts.at(-1);
  return last === undefined ? (base?.seq ?? 0) : lastOf(last);
}

/** Number of the last write in a part. */
export function lastOf({ from, frames }: Part): number {
  return from + frames - 1;
}

/** Bytes that a reader fetches beside the base. */
export function partBytes({ parts }: Head): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

export function withId(head: Head, id: string): Head {
  return { ...head, recent: [...head.recent, id].slice(-RECENT) };
}

export function writeHead({ lineage, seq, base, parts, inline, recent }: Head): Buffer {
  return Buffer.from(JSON.stringify({ kind: KIND, format: FORMAT, layout: MIGRATIONS.length, lineage, seq, base, parts, inline, recent }));
}

/**
 * @param path for messages
 * @throws TidemarkError `STATE_DAMAGED`, `STATE_FORMAT`
 */
export function readHead(bytes: Uint8Array, path: string): Head {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw damaged(path, "its head is no JSON", error);
  }
  const fields = recordOf(value);
  if (fields?.["kind"] !== KIND) throw damaged(path, "its head is not one of Tidemark's");
  const { format, layout } = fields;
  if (format !== FORMAT || layout !== MIGRATIONS.length) {
    throw new TidemarkError(
      "STATE_FORMAT",
      `The state ${path} is of format ${String(format)}.${String(layout)}; this version of Tidemark knows ${FORMAT}.${MIGRATIONS.length}.`,
      {
        hint: "Another version of Tidemark wrote it: use that one.",
      },
    );
  }
  const { lineage, seq, base, parts, inline, recent } = fields;
  if (
    typeof lineage !== "string" ||
    !/^[0-9a-f]{32}$/.test(lineage) ||
    !isCount(seq) ||
    !(base === undefined || isBase(base)) ||
    !isListOf(parts, isPart) ||
    !isListOf(inline, isText) ||
    !isListOf(recent, isText)
  )
    throw damaged(path, "its head lacks something");
  const head: Head = { lineage, seq, base, parts, inline, recent };
  if (lastInParts(head) + inline.length !== seq || !isWithoutGap(head)) throw damaged(path, "its head counts other writes than it names");
  return head;
}

function isWithoutGap({ base, parts }: Head): boolean {
  const start = base?.seq ?? 0;
  return parts.every((part, at) => {
    const before = parts[at - 1];
    return part.frames > 0 && lastOf(part) > start && (before === undefined ? part.from <= start + 1 : part.from === lastOf(before) + 1);
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function isBase(value: unknown): value is Base {
  const fields = recordOf(value);
  return isName(fields?.["name"]) && isCount(fields["seq"]) && isCount(fields["bytes"]) && isListOf(fields["chunks"], isText);
}

function isPart(value: unknown): value is Part {
  const fields = recordOf(value);
  return isName(fields?.["name"]) && isCount(fields["from"]) && isCount(fields["frames"]) && isCount(fields["bytes"]) && isText(fields["sha256"]);
}

/** A head from elsewhere leads nowhere but beneath its own place. */
function isName(value: unknown): value is string {
  return typeof value === "string" && /^(?:base|parts)\/[A-Za-z0-9_-]{1,64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isListOf<T>(value: unknown, is: (each: unknown) => each is T): value is readonly T[] {
  return Array.isArray(value) && value.every((each) => is(each));
}
