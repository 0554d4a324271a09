import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareKeys } from "../../core/byte-order.ts";
import { TidemarkError } from "../../core/errors.ts";
import type { ObjectEntry } from "../store.ts";

export interface ExternalSortOptions {
  readonly temporaryFolder?: string | undefined;
  /** Entries that are sorted in memory at a time. */
  readonly runLength?: number | undefined;
  /** Entries written and read at a time. */
  readonly blockLength?: number | undefined;
}

interface Block {
  readonly offset: number;
  readonly length: number;
}

/**
 * Sorts entries by key in constant memory: sorted runs are written to one file, which only its owner
 * may read, and merged from there. Few entries never touch the disk.
 */
export class ExternalSort implements AsyncDisposable {
  readonly #folder: string;
  readonly #runLength: number;
  readonly #blockLength: number;
  readonly #runs: (readonly Block[])[] = [];
  #pending: ObjectEntry[] = [];
  #file: { readonly handle: FileHandle; readonly folder: string } | undefined;
  #size = 0;

  constructor({ temporaryFolder, runLength = 50_000, blockLength = 500 }: ExternalSortOptions = {}) {
    this.#folder = temporaryFolder ?? tmpdir();
    this.#runLength = runLength;
    this.#blockLength = blockLength;
  }

  /** @throws TidemarkError `SORT_FAILED` where the temporary folder cannot be written */
  async add(entries: readonly ObjectEntry[]): Promise<void> {
    for (const entry of entries) this.#pending.push(entry);
    if (this.#pending.length >= this.#runLength) await this.#spill();
  }

  /** All that was added, in pages; of entries with the same key the last one added. */
  async *sorted(): AsyncGenerator<readonly ObjectEntry[], void, undefined> {
    const rest = sortedRun(this.#pending);
    this.#pending = [];
    const heads = await Promise.all([...this.#runs.map((blocks) => Run.open(this.#read(blocks))), Run.open(inMemory(rest, this.#blockLength))]);
    const heap = new RunHeap(heads);

    let page: ObjectEntry[] = [];
    for (let run = heap.first; run?.head; run = heap.first) {
      const entry = run.head;
      // Runs are merged in the order they were made, so what comes later is newer.
      if (page.at(-1)?.key === entry.key) page[page.length - 1] = entry;
      else {
        // A page is only let go when the next key is another one: nothing can replace its last entry then.
        if (page.length >= this.#blockLength) {
          yield page;
          page = [];
        }
        page.push(entry);
      }
      if (!run.advance()) await run.load();
      heap.sink();
    }
    if (page.length > 0) yield page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#file) return;
    await this.#file.handle.close();
    await rm(this.#file.folder, { recursive: true, force: true });
    this.#file = undefined;
  }

  async #spill(): Promise<void> {
    const run = sortedRun(this.#pending);
    this.#pending = [];
    try {
      const handle = await this.#open();
      const blocks: Block[] = [];
      for (let at = 0; at < run.length; at += this.#blockLength) {
        const bytes = Buffer.from(JSON.stringify(run.slice(at, at + this.#blockLength)));
        blocks.push({ offset: this.#size, length: bytes.length });
        for (let done = 0; done < bytes.length;) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, this.#size);
          done += bytesWritten;
          this.#size += bytesWritten;
        }
      }
      this.#runs.push(blocks);
    } catch (cause) {
      throw new TidemarkError("SORT_FAILED", `A listing could not be sorted in ${this.#folder}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        hint: "Sorting needs about 250 bytes an object there. TMPDIR names another folder.",
        cause,
      });
    }
  }

  async #open(): Promise<FileHandle> {
    if (!this.#file) {
      const folder = await mkdtemp(join(this.#folder, "tidemark-sort-"));
      this.#file = { handle: await open(join(folder, "runs"), "wx+", 0o600), folder };
    }
    return this.#file.handle;
  }

  async *#read(blocks: readonly Block[]): AsyncGenerator<readonly ObjectEntry[], void, undefined> {
    const handle = await this.#open();
    for (const { offset, length } of blocks) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
      if (bytesRead < length)
        throw new TidemarkError("SORT_FAILED", "The file in which a listing was sorted was cut short.", {
          hint: "Leave temporary folders alone while a plan is made.",
        });
      // Written by this process a moment ago, into a file that only it may write.
      yield JSON.parse(buffer.toString()) as ObjectEntry[];
    }
  }
}

/** Sorted, each key once. The sort is stable, so the last of equal keys is the newest. */
function sortedRun(entries: ObjectEntry[]): ObjectEntry[] {
  const sorted = entries.sort((a, b) => compareKeys(a.key, b.key));
  return sorted.filter((entry, i) => sorted[i + 1]?.key !== entry.key);
}

async function* inMemory(entries: readonly ObjectEntry[], length: number): AsyncGenerator<readonly ObjectEntry[], void, undefined> {
  for (let at = 0; at < entries.length; at += length) yield entries.slice(at, at + length);
}

/** A sorted run that is being read. */
class Run {
  readonly #blocks: AsyncGenerator<readonly ObjectEntry[], void, undefined>;
  #block: readonly ObjectEntry[] = [];
  #at = 0;
  head: ObjectEntry | undefined;

  constructor(blocks: AsyncGenerator<readonly ObjectEntry[], void, undefined>) {
    this.#blocks = blocks;
  }

  static async open(blocks: AsyncGenerator<readonly ObjectEntry[], void, undefined>): Promise<Run> {
    const run = new Run(blocks);
    await run.load();
    return run;
  }

  /** @returns false where the next block must be loaded */
  advance(): boolean {
    this.#at += 1;
    this.head = this.#block[this.#at];
    return this.head !== undefined;
  }

  async load(): Promise<void> {
    const { done, value } = await this.#blocks.next();
    this.#block = done ? [] : value;
    this.#at = 0;
    this.head = this.#block[0];
  }
}

/** Keeps the run with the smallest head first; of equal heads, the older run. */
class RunHeap {
  readonly #runs: { readonly run: Run; readonly age: number }[];

  constructor(runs: readonly Run[]) {
    this.#runs = runs.map((run, age) => ({ run, age })).sort((a, b) => precedence(a, b));
  }

  get first(): Run | undefined {
    return this.#runs[0]?.run;
  }

  /** Finds the place of the first run, whose head has changed. */
  sink(): void {
    const runs = this.#runs;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const moving = runs[at];
      const [l, r] = [runs[left], runs[left + 1]];
      if (!moving || !l) return;
      const smaller = r && precedence(r, l) < 0 ? left + 1 : left;
      const child = runs[smaller];
      if (!child || precedence(moving, child) <= 0) return;
      runs[at] = child;
      runs[smaller] = moving;
      at = smaller;
    }
  }
}

function precedence(a: { readonly run: Run; readonly age: number }, b: { readonly run: Run; readonly age: number }): number {
  const [x, y] = [a.run.head, b.run.head];
  // Runs that have ended come last.
  if (!x || !y) return x ? -1 : y ? 1 : 0;
  return compareKeys(x.key, y.key) || a.age - b.age;
}
