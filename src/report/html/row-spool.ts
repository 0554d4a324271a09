import { mkdtemp, open, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptJson } from "./markup.ts";
import type { PageRow } from "./chunks.ts";

/** Rows of one write. */
const PAGE = 500;

/**
 * Keeps rows in temporary files until a page asks for them, one file a sync, so that those of a sync
 * can be dropped. For who learns of rows before all that stands above them is known.
 */
export class RowSpool implements AsyncDisposable {
  readonly #folder: string;
  readonly #most: number;
  readonly #syncs = new Map<string, { readonly file: FileHandle; waiting: PageRow[]; rows: number; bytes: number }>();

  private constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** @param most rows that are kept of each sync */
  static async create(most: number): Promise<RowSpool> {
    return new RowSpool(await mkdtemp(join(tmpdir(), "tidemark-rows-")), most);
  }

  async add(row: PageRow): Promise<void> {
    let sync = this.#syncs.get(row.sync);
    if (sync === undefined) {
      const file = await open(join(this.#folder, `${this.#syncs.size}.rows`), "wx+", 0o600);
      this.#syncs.set(row.sync, (sync = { file, waiting: [], rows: 0, bytes: 0 }));
    }
    if (sync.rows >= this.#most) return;
    sync.rows += 1;
    sync.waiting.push(row);
    if (sync.waiting.length >= PAGE) await this.#write(sync);
  }

  /** Forgets the rows of a sync. */
  drop(name: string): void {
    const sync = this.#syncs.get(name);
    if (sync === undefined) return;
    sync.waiting = [];
    sync.rows = 0;
    // What is beyond is written over, and not read.
    sync.bytes = 0;
  }

  /** All rows, in the order in which they came. */
  async *rows(): AsyncGenerator<PageRow> {
    for (const sync of this.#syncs.values()) {
      await this.#write(sync);
      for await (const line of lines(sync.file, sync.bytes)) {
        // SAFETY: written below.
        yield JSON.parse(line) as PageRow;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { file } of this.#syncs.values()) await file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(sync: { readonly file: FileHandle; waiting: PageRow[]; bytes: number }): Promise<void> {
    const { waiting } = sync;
    sync.waiting = [];
    if (waiting.length === 0) return;
    const text = Buffer.from(waiting.map((row) => `${scriptJson(row)}\n`).join(""));
    await sync.file.write(text, 0, text.length, sync.bytes);
    sync.bytes += text.length;
  }
}

async function* lines(file: FileHandle, bytes: number): AsyncGenerator<string> {
  if (bytes === 0) return;
  const stream = file.createReadStream({ start: 0, end: bytes - 1, autoClose: false, encoding: "utf8" });
  let rest = "";
  for await (const piece of stream as AsyncIterable<string>) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
