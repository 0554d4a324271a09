import { availableParallelism } from "node:os";
import type { KeyProblem, ObjectBody, ObjectEntry, ObjectHead, ListRange, ReadOptions, ReadStore, StoreContext } from "../../store.ts";
import { isCaseInsensitive } from "./case.ts";
import { stoppedBy } from "./faults.ts";
import { type FileFacts, versionOf } from "./file-version.ts";
import { readFlags } from "./flags.ts";
import type { WalkPage } from "./jobs.ts";
import { KeyClashes } from "./key-clash.ts";
import { nameProblem } from "./names.ts";
import { streamFile } from "./read-stream.ts";
import type { Root } from "./root.ts";
import { WorkerPool } from "./worker-pool.ts";

/** Files up to this are read and written whole, in a worker thread. Bytes. */
export const WHOLE = 1024 * 1024;

/** A mount across a network answers many at once no slower than one. */
const REMOTE_THREADS = 8;

/** Listings at once that have a thread of their own. */
const WALKERS = 2;

/** A directory for reading. Its entries are regular files; a folder is only in their keys. */
export class DirectoryReadStore implements ReadStore {
  readonly kind = "directory";
  readonly listsEtags = false;
  readonly display: string;
  readonly resolved: string;
  protected readonly root: Root;
  protected readonly context: StoreContext;
  protected readonly pool: WorkerPool;
  readonly #ownKeys: readonly string[];
  readonly #walkers: WorkerPool[] = [];
  #walks = 0;

  constructor(root: Root, context: StoreContext) {
    this.root = root;
    this.context = context;
    this.display = root.display;
    this.resolved = root.root;
    this.pool = new WorkerPool(root, threadsFor(root, context));
    this.#ownKeys = root.hidden.filter((path) => path.startsWith(root.root)).map((path) => path.slice(root.root.length));
  }

  async *list({ prefix, after, upTo }: ListRange, signal: AbortSignal): AsyncGenerator<readonly ObjectEntry[], void, undefined> {
    const walk = this.#walks++;
    const walker = (this.#walkers[walk % WALKERS] ??= new WorkerPool(this.root, 1));
    const range = { prefix, after, upTo };
    const request = () => {
      this.context.countRequest?.("list");
      const page = walker.run<"walk">({ op: "walk", walk, range }, signal);
      page.catch(() => {});
      return page;
    };
    let next = request();
    let last = false;
    try {
      while (!last) {
        const page = await next;
        last = page.last;
        if (!last) next = request();
        if (page.keys.length > 0) yield entriesOf(page);
      }
    } finally {
      if (!last) walker.run<"walkEnd">({ op: "walkEnd", walk }).catch(() => {});
    }
  }

  async head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
    this.context.countRequest?.("head");
    const facts = await this.pool.run<"head">({ op: "head", key }, signal);
    return facts ? headOf(facts) : undefined;
  }

  async read(key: string, options: ReadOptions): Promise<ObjectBody> {
    this.context.countRequest?.("read");
    try {
      return await this.#open(key, options);
    } catch (error) {
      throw stoppedBy(options.signal, key, error);
    }
  }

  async #open(key: string, { version, range, signal }: ReadOptions): Promise<ObjectBody> {
    const { facts, path, body } = await this.pool.run<"read">({ op: "read", key, version, range, limit: WHOLE }, signal);
    if (body) return { ...headOf(facts), size: body.bytes.length, content: { kind: "whole", bytes: body.bytes, md5: body.md5 } };
    const start = range?.start ?? 0;
    const end = Math.min(range?.end ?? facts.size, facts.size - 1);
    const stream = await streamFile(key, path, readFlags(this.root.symlinks), facts, { start, end }, signal);
    return { ...headOf(facts), size: end + 1 - start, content: { kind: "stream", stream } };
  }

  refuses(key: string): KeyProblem | undefined {
    const problem = nameProblem(key, this.root.root);
    if (problem || this.#ownKeys.length === 0) return problem;
    const own = this.#ownKeys.find((name) => key === name || key.startsWith(`${name}/`));
    return own === undefined ? undefined : { code: "KEY_RESERVED", message: `The key would write into ${JSON.stringify(own)}, which Tidemark keeps there.` };
  }

  async keyClashes(): Promise<KeyClashes> {
    return new KeyClashes({ caseInsensitive: await isCaseInsensitive(this.root.root) });
  }

  async close(): Promise<void> {
    await Promise.all([this.pool, ...this.#walkers].map((pool) => pool.close()));
  }
}

/** A local disk answers sooner than another thread would; a mount across a network must not keep a thread that has more to do. */
function threadsFor({ remote }: Root, { inThread }: StoreContext): number {
  if (remote) return REMOTE_THREADS;
  return inThread ? 0 : Math.min(4, Math.max(2, availableParallelism()));
}

function headOf(facts: FileFacts): ObjectHead {
  return {
    version: versionOf(facts),
    modifiedMs: facts.modifiedMs,
    properties: { metadata: {}, headers: {}, mtime: facts.modified, storageClass: undefined, tags: {}, tagCount: 0 },
  };
}

function entriesOf({ keys, sizes, modified, modifiedMs, problems }: WalkPage): ObjectEntry[] {
  return keys.map((key, at) => ({
    key,
    size: sizes[at] ?? 0,
    modified: modified[at] ?? "",
    modifiedMs: modifiedMs[at] ?? 0,
    etag: "",
    storageClass: "",
    problem: problems.size > 0 ? problems.get(at) : undefined,
  }));
}
