import { createReadStream, rmSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Base, type Head, lastInParts, lastOf, newId, type Part, partBytes, sha256 } from "./head.ts";
import type { Journal } from "./journal.ts";
import type { JournaledDatabase } from "./journaled-database.ts";
import { snapshot } from "./working-copy.ts";

const zip = promisify(gzip);

export interface CompactionLimits {
  /** More small parts than this are joined to larger ones. */
  readonly smallParts: number;
  /** Parts below are small. Bytes. */
  readonly small: number;
  /** A new base is made where the parts have grown to this and to half of the base. Bytes. */
  readonly rebaseAbove: number;
  /** Of a base, before it is packed. Bytes. */
  readonly chunk: number;
}

const MIB = 1024 * 1024;
export const LIMITS: CompactionLimits = { smallParts: 48, small: MIB, rebaseAbove: 2 * MIB, chunk: 8 * MIB };

/** Objects that no head names are cleared away when they are older: a reader may be on its way through them, a writer about to name them. */
const ORPHAN_MS = 24 * 60 * 60_000;

/**
 * Keeps a journal short, so that readers fetch little: beside the writes, which it does not hold up.
 * Whoever writes does it; two that do it at once do not harm each other.
 */
export class Compaction {
  readonly #journal: Journal;
  readonly #db: JournaledDatabase;
  readonly #limits: CompactionLimits;
  #running: Promise<void> | undefined;

  constructor(journal: Journal, db: JournaledDatabase, limits: CompactionLimits = LIMITS) {
    this.#journal = journal;
    this.#db = db;
    this.#limits = limits;
  }

  /** Told after each write: begins where it is due and none goes on. */
  consider(): void {
    if (this.#running !== undefined) return;
    const work = this.#due();
    if (work === undefined) return;
    const running = work()
      .then(() => {
        if (this.#running !== running) return;
        // What was written meanwhile may be due as well.
        this.#running = undefined;
        this.consider();
      })
      .catch(() => {
        // Nothing is lost: the journal stays long, and the next write tries again.
        this.#running = undefined;
      });
    this.#running = running;
  }

  async end(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #due(): (() => Promise<void>) | undefined {
    const { head } = this.#journal;
    if (head === undefined) return undefined;
    if (this.#isRebaseDue(head)) return () => this.#rebase();
    return this.#smallOf(head).length > this.#limits.smallParts ? () => this.#join() : undefined;
  }

  #isRebaseDue(head: Head): boolean {
    const bytes = partBytes(head);
    return bytes > this.#limits.rebaseAbove && bytes * 2 > (head.base?.bytes ?? 0);
  }

  #smallOf({ parts }: Head): readonly Part[] {
    // Only those at the end: what stands between larger ones was joined as far as it went.
    const large = parts.findLastIndex(({ bytes }) => bytes >= this.#limits.small);
    return parts.slice(large + 1);
  }

  /** Joins the small parts at the end to few larger ones. */
  async #join(): Promise<void> {
    const { head } = this.#journal;
    const old = head === undefined ? [] : this.#smallOf(head);
    const joined: Part[] = [];
    let gathered: Uint8Array[] = [];
    let from = old[0]?.from ?? 0;
    let frames = 0;
    const put = async () => {
      if (frames > 0) joined.push(await this.#journal.writePart(Buffer.concat(gathered), { from, frames }));
      from += frames;
      gathered = [];
      frames = 0;
    };
    for (const part of old) {
      const bytes = await this.#journal.readPart(part);
      if (bytes === undefined) return;
      gathered.push(bytes);
      frames += part.frames;
      if (gathered.reduce((sum, each) => sum + each.byteLength, 0) >= this.#limits.small) await put();
    }
    await put();
    const isDone = await this.#db.exclusive(() => this.#journal.rewrite((newest) => replaced(newest, old, joined)));
    for (const { name } of isDone ? old : joined) await this.#journal.objects.remove(name);
  }

  /** Puts all that was written so far into one base. */
  async #rebase(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "tidemark-state-"));
    const path = join(folder, "base.sqlite");
    try {
      const seq = await this.#db.exclusive(async (copy) => {
        snapshot(copy.file, path);
        return copy.seq;
      });
      const base = await this.#writeBase(path, seq);
      const before = this.#journal.head;
      const isDone = await this.#db.exclusive(() => this.#journal.rewrite((newest) => rebased(newest, base)));
      const [kept, old] = isDone ? [this.#journal.head, before] : [before, { ...(before ?? EMPTY), base }];
      if (kept !== undefined && old !== undefined) await this.#removeOf(old, kept);
      if (isDone) await this.#removeOrphans();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #writeBase(path: string, seq: number): Promise<Base> {
    const name = `base/${newId()}`;
    const chunks: string[] = [];
    let bytes = 0;
    const { size } = await stat(path);
    for await (const chunk of createReadStream(path, { highWaterMark: Math.min(size, this.#limits.chunk) }) as AsyncIterable<Buffer>) {
      const packed = await zip(chunk, { level: 5 });
      await this.#journal.objects.write(`${name}/${chunks.length}`, packed);
      chunks.push(sha256(packed));
      bytes += packed.byteLength;
    }
    rmSync(path);
    return { name, seq, bytes, chunks };
  }

  async #removeOf(old: Head, kept: Head): Promise<void> {
    const named = this.#journal.named(kept);
    for (const name of this.#journal.named(old)) if (!named.has(name)) await this.#journal.objects.remove(name);
  }

  /** What writers that were killed have left. */
  async #removeOrphans(): Promise<void> {
    const { head, objects } = this.#journal;
    if (head === undefined) return;
    const named = this.#journal.named(head);
    for (const prefix of ["base/", "parts/"]) {
      for await (const page of objects.list(prefix)) {
        for (const { name, writtenAt } of page) {
          if (!named.has(name) && Date.now() + objects.clockOffsetMs - writtenAt > ORPHAN_MS) await objects.remove(name);
        }
      }
    }
  }
}

const EMPTY: Head = { lineage: "", seq: 0, base: undefined, parts: [], inline: [], recent: [] };

/** @returns undefined where somebody else has made something of the old parts */
function replaced(head: Head, old: readonly Part[], joined: readonly Part[]): Head | undefined {
  const at = head.parts.findIndex(({ name }) => name === old[0]?.name);
  if (at < 0 || !old.every(({ name }, offset) => head.parts[at + offset]?.name === name)) return undefined;
  return { ...head, parts: [...head.parts.slice(0, at), ...joined, ...head.parts.slice(at + old.length)] };
}

/** @returns undefined where a newer base is there */
function rebased(head: Head, base: Base): Head | undefined {
  if ((head.base?.seq ?? 0) >= base.seq) return undefined;
  // Of frames that are named one by one, those in the base go; a part of which some are in it stays whole.
  const inBase = Math.max(0, base.seq - lastInParts(head));
  return { ...head, base, parts: head.parts.filter((part) => lastOf(part) > base.seq), inline: head.inline.slice(inBase) };
}
