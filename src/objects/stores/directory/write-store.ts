import { ItemError } from "../../../core/errors.ts";
import type { DirectoryLocation } from "../../../core/sync-plan.ts";
import type { ItemVersion } from "../../../core/version.ts";
import type { BodySource, Conditions, ObjectBody, ReadStore, StoreCheck, StoreContext, WriteOptions, WriteResult, WriteStore } from "../../store.ts";
import { checkDirectory } from "./check.ts";
import { changed, quoted, stoppedBy } from "./faults.ts";
import { type FileFacts, parseModified, versionOf } from "./file-version.ts";
import type { PlaceResult } from "./jobs.ts";
import { parentOf, TEMP_FOLDER } from "./names.ts";
import { DirectoryReadStore } from "./read-store.ts";
import type { Root } from "./root.ts";
import { discard, writeStream } from "./write-stream.ts";

type RecoverIntents = Parameters<WriteStore["recover"]>[0];

/**
 * A directory for writing.
 *
 * A file is written under a temporary name on the same file system, made durable, and then given its
 * name: no reader sees half of it. Of an object's properties a file keeps its time, to the microsecond.
 * A key that ends in `/` makes a folder and is not listed: folders come and go with their files.
 */
export class DirectoryWriteStore extends DirectoryReadStore implements WriteStore {
  readonly #location: DirectoryLocation;
  /** Folders on another file system than the root. */
  readonly #mounted = new Set<string>();
  #written = 0;

  constructor(root: Root, location: DirectoryLocation, context: StoreContext) {
    super(root, context);
    this.#location = location;
  }

  /** @throws ItemError `DESTINATION_CHANGED`, `DISK_FULL`, `ACCESS_DENIED`, `KEY_CLASH`, `INTEGRITY_MISMATCH`, … */
  async write(key: string, source: BodySource, options: WriteOptions): Promise<WriteResult> {
    const problem = this.refuses(key);
    if (problem) throw new ItemError("refused", problem.code, problem.message, { hint: "Exclude it, or give it another name at the source." });
    try {
      return { version: versionOf(await this.#write(key, source, options)) };
    } catch (error) {
      throw stoppedBy(options.signal, key, error);
    }
  }

  async #write(key: string, source: BodySource, options: WriteOptions): Promise<FileFacts> {
    if (key.endsWith("/")) return this.#makeFolder(key, source, options);
    const parent = parentOf(key);
    if (!this.#mounted.has(parent)) {
      const placed = await this.#place(key, this.#temporary(""), source, options);
      if (placed !== "crossDevice") return placed;
      this.#mounted.add(parent);
    }
    // Beside its place, where a killed run's leftovers are found by the intent only.
    const temporary = this.#temporary(parent);
    const intent = await options.intents.begin("temporary", key, this.#run);
    try {
      const placed = await this.#place(key, temporary, source, options);
      if (placed === "crossDevice")
        throw new ItemError("failed", "WRITE_FAILED", `${quoted(key)} leads to another file system than its folder, where it cannot be replaced in one step.`, {
          hint: "Replace the link by a file, or exclude it.",
        });
      return placed;
    } finally {
      await this.pool.run<"sweep">({ op: "sweep", folders: [`${parent}${TEMP_FOLDER}/${this.#run}/`], onlyEmpty: true });
      await options.intents.end(intent);
    }
  }

  async delete(key: string, version: ItemVersion, signal: AbortSignal): Promise<void> {
    try {
      await this.pool.run<"delete">({ op: "delete", key, version }, signal);
    } catch (error) {
      throw stoppedBy(signal, key, error);
    }
  }

  canCopyFrom(_from: ReadStore): boolean {
    return false;
  }

  async conditions(signal: AbortSignal): Promise<Conditions> {
    const { links } = await this.pool.run<"probe">({ op: "probe", temporary: this.#temporary("") }, signal);
    return { putIfAbsent: links, putIfMatch: false, copyIfAbsent: false, copySourceIfMatch: false, deleteIfMatch: false };
  }

  async recover(intents: RecoverIntents, deadRuns: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    const ours = intents.filter(({ kind, key, detail }) => kind === "temporary" && RUN.test(detail) && this.refuses(key) === undefined);
    const folders = [
      ...deadRuns.filter((run) => RUN.test(run) && run !== this.context.run).map((run) => `${TEMP_FOLDER}/${run}/`),
      ...ours.map(({ key, detail }) => `${parentOf(key)}${TEMP_FOLDER}/${detail}/`),
    ];
    if (folders.length > 0) await this.pool.run<"sweep">({ op: "sweep", folders, onlyEmpty: false }, signal);
    return ours.map(({ id }) => id);
  }

  check(access: "read" | "write", signal: AbortSignal): AsyncIterable<StoreCheck> {
    return checkDirectory(this.root, this.#location, this.pool, access, signal);
  }

  override async close(): Promise<void> {
    // Where it fails, the folder is as lost to us as a killed run's: the next run removes it.
    if (this.#written > 0) await this.pool.run<"sweep">({ op: "sweep", folders: [`${TEMP_FOLDER}/${this.#run}/`], onlyEmpty: true }).catch(() => {});
    await super.close();
  }

  get #run(): string {
    const { run } = this.context;
    if (run === undefined) throw new Error("A directory store was opened without a run and is written to.");
    return run;
  }

  #temporary(folder: string): string {
    this.#written += 1;
    return `${folder}${TEMP_FOLDER}/${this.#run}/${this.#written}`;
  }

  async #makeFolder(key: string, source: BodySource, { signal }: WriteOptions): Promise<FileFacts> {
    if (source.size > 0)
      throw new ItemError("refused", "KEY_ENDS_IN_SLASH", `${quoted(key)} ends in a slash and has content: a directory can only hold a folder there.`, {
        hint: "Exclude it.",
      });
    return this.pool.run<"folder">({ op: "folder", key }, signal);
  }

  async #place(key: string, temporary: string, source: BodySource, { expect, verify, signal }: WriteOptions): Promise<PlaceResult> {
    const body = await source.open(undefined, signal);
    try {
      if (body.size !== source.size) throw changed(key, "has another size than was listed");
      const { mtime: text } = await source.properties(body);
      const mtime = text === undefined ? undefined : parseModified(text);
      // Not the source's ETag: of an encrypted object it may look like an MD5 and be none. Who opened it knows.
      const md5 = verify === "none" || verify === "size" ? undefined : body.content.md5;
      const readBack = verify === "bytes";
      if (body.content.kind === "whole") {
        const { bytes } = body.content;
        if (bytes.length !== body.size) throw changed(key, "was cut short");
        return await this.pool.run<"write">({ op: "write", key, temporary, expect, bytes, mtime, md5, readBack }, signal);
      }
      const path = await this.pool.run<"prepare">({ op: "prepare", key, temporary }, signal);
      await writeStream(key, path, body.content.stream, { size: body.size, mtime, md5, readBack, signal, emit: this.context.emit });
      try {
        return await this.pool.run<"publish">({ op: "publish", key, temporary, expect }, signal);
      } catch (error) {
        await discard(path);
        throw error;
      }
    } finally {
      release(body);
    }
  }
}

const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

function release({ content }: ObjectBody): void {
  if (content.kind === "stream") content.stream.destroy();
}
