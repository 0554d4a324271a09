import type { ItemInFlight, TidemarkEvent } from "../core/events.ts";

/** What a sync is to do, as the changeset says. */
export interface PlannedSync {
  readonly name: string;
  readonly isDatabase: boolean;
  readonly items: number;
  readonly bytes: number;
}

export interface ApplyProgressOptions {
  readonly plan: string;
  readonly syncs: readonly PlannedSync[];
  /** Milliseconds; only differences count. */
  readonly now?: (() => number) | undefined;
}

/** How far one sync is. */
export interface SyncProgress {
  readonly name: string;
  readonly isDatabase: boolean;
  readonly status: "waiting" | "going" | "ended";
  readonly items: { readonly done: number; readonly of: number; readonly failed: number };
  /** Those of large items count as they move. */
  readonly bytes: { readonly done: number; readonly of: number };
  /** Of a database, in the order in which they came: the last is what it is at. */
  readonly phases: readonly string[];
  readonly limit: "unlimited" | "pause" | number;
  /** When another limit holds, milliseconds since the epoch. */
  readonly until: number | undefined;
}

export interface Rate {
  readonly items: number;
  readonly bytes: number;
}

export interface RetryTold {
  readonly key: string;
  readonly code: string;
  readonly attempt: number;
}

interface Going {
  readonly name: string;
  readonly isDatabase: boolean;
  status: SyncProgress["status"];
  of: { items: number; bytes: number };
  doneItems: number;
  doneBytes: number;
  failed: number;
  moved: number;
  phases: string[];
  limit: SyncProgress["limit"];
  until: number | undefined;
}

interface Sample {
  readonly at: number;
  readonly items: number;
  readonly bytes: number;
}

/** The rate is of this time, milliseconds. */
const WINDOW_MS = 10_000;
const SAMPLE_MS = 500;
const MOST_RETRIES = 5;

/** Sums up what an apply tells. Takes constant memory, however many items there are. */
export class ApplyProgress {
  readonly plan: string;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #syncs: Going[];
  readonly #inFlight = new Map<number, { readonly count: number; readonly items: readonly ItemInFlight[] }>();
  #current = 0;
  #samples: Sample[] = [];
  #retries: RetryTold[] = [];
  #retryCount = 0;
  #slots: number | undefined;
  #run: string | undefined;
  #stopping: string | undefined;

  constructor({ plan, syncs, now = () => performance.now() }: ApplyProgressOptions) {
    this.plan = plan;
    this.#now = now;
    this.#startedAt = now();
    this.#syncs = syncs.map(({ name, isDatabase, items, bytes }) => ({
      name,
      isDatabase,
      status: "waiting",
      of: { items, bytes },
      doneItems: 0,
      doneBytes: 0,
      failed: 0,
      moved: 0,
      phases: [],
      limit: "unlimited",
      until: undefined,
    }));
  }

  take(event: TidemarkEvent): void {
    switch (event.type) {
      case "runStarted":
        this.#run = event.run;
        return;
      case "slots":
        this.#slots = event.limit;
        return;
      case "stopping":
        this.#stopping = event.reason;
        return;
      case "retry":
        this.#retryCount += 1;
        this.#retries = [...this.#retries.slice(1 - MOST_RETRIES), { key: event.key, code: event.code, attempt: event.attempt }];
        return;
      case "transferred": {
        const sync = this.#syncs[this.#current];
        if (sync !== undefined) sync.moved += event.bytes;
        this.#sample();
        return;
      }
      case "inFlight":
        if (event.count === 0) this.#inFlight.delete(event.part);
        else this.#inFlight.set(event.part, { count: event.count, items: event.items });
        return;
      case "syncStarted":
      case "progress":
      case "phase":
      case "flow":
      case "syncFinished":
        this.#takeOfSync(event);
        return;
      default:
    }
  }

  #takeOfSync(event: Extract<TidemarkEvent, { type: "syncStarted" | "progress" | "phase" | "flow" | "syncFinished" }>): void {
    const at = this.#syncs.findIndex(({ name }) => name === event.sync);
    const sync = this.#syncs[at];
    if (sync === undefined) return;
    switch (event.type) {
      case "syncStarted":
        this.#current = at;
        sync.status = "going";
        sync.of = { items: event.items - (event.doneItems ?? 0), bytes: event.bytes };
        this.#samples = [{ at: this.#now(), items: 0, bytes: 0 }];
        return;
      case "progress":
        sync.doneItems = event.items;
        sync.doneBytes = event.bytes;
        sync.failed = event.failed;
        this.#sample();
        return;
      case "phase":
        if (sync.phases.at(-1) !== event.phase) sync.phases.push(event.phase);
        return;
      case "flow":
        sync.limit = event.limit;
        sync.until = event.until;
        return;
      case "syncFinished":
        sync.status = "ended";
        // A thread that ended in the middle tells nothing more.
        this.#inFlight.clear();
    }
  }

  get run(): string | undefined {
    return this.#run;
  }

  /** Milliseconds. */
  get elapsed(): number {
    return this.#now() - this.#startedAt;
  }

  /** Why it ends before its end. */
  get stopping(): string | undefined {
    return this.#stopping;
  }

  /** The one that is applied now, or was last. */
  get current(): SyncProgress | undefined {
    return this.syncs[this.#current];
  }

  get currentAt(): number {
    return this.#current;
  }

  get syncs(): readonly SyncProgress[] {
    return this.#syncs.map(({ name, isDatabase, status, of, doneItems, doneBytes, failed, moved, phases, limit, until }) => ({
      name,
      isDatabase,
      status,
      items: { done: doneItems, of: of.items, failed },
      // What is sent again counts twice as moved, and never past what there is.
      bytes: { done: Math.min(of.bytes, Math.max(doneBytes, moved)), of: of.bytes },
      phases,
      limit,
      until,
    }));
  }

  get failed(): number {
    return this.#syncs.reduce((sum, { failed }) => sum + failed, 0);
  }

  get retries(): { readonly count: number; readonly last: readonly RetryTold[] } {
    return { count: this.#retryCount, last: this.#retries };
  }

  /** Requests that may be in flight; undefined while nobody told. */
  get slots(): number | undefined {
    return this.#slots;
  }

  /** What is in flight, the largest first; `count` is of all. */
  get inFlight(): { readonly count: number; readonly items: readonly ItemInFlight[] } {
    const parts = [...this.#inFlight.values()];
    return { count: parts.reduce((sum, { count }) => sum + count, 0), items: parts.flatMap(({ items }) => items).toSorted((a, b) => b.bytes - a.bytes) };
  }

  /** Of the current sync, a second, over the last ten. */
  get rate(): Rate {
    const now = this.#now();
    // Where nothing came for a while, all samples are old: it stands still.
    const first = this.#samples.find(({ at }) => now - at <= WINDOW_MS) ?? this.#samples.at(-1);
    const seconds = first === undefined ? 0 : (now - first.at) / 1000;
    if (first === undefined || seconds <= 0) return { items: 0, bytes: 0 };
    const { items, bytes } = this.#moved();
    return { items: (items - first.items) / seconds, bytes: (bytes - first.bytes) / seconds };
  }

  /** Milliseconds until the current sync ends as it goes now; undefined while nothing moves. */
  get left(): number | undefined {
    const { current, rate } = this;
    if (current === undefined || current.status !== "going") return undefined;
    const items = Math.max(0, current.items.of - current.items.done);
    const bytes = Math.max(0, current.bytes.of - current.bytes.done);
    const waits = [items > 0 && rate.items > 0 ? items / rate.items : undefined, bytes > 0 && rate.bytes > 0 ? bytes / rate.bytes : undefined];
    const known = waits.filter((wait) => wait !== undefined);
    return known.length === 0 ? undefined : Math.max(...known) * 1000;
  }

  #moved(): { readonly items: number; readonly bytes: number } {
    const sync = this.#syncs[this.#current];
    return { items: sync?.doneItems ?? 0, bytes: Math.max(sync?.doneBytes ?? 0, sync?.moved ?? 0) };
  }

  #sample(): void {
    const at = this.#now();
    const last = this.#samples.at(-1);
    if (last && at - last.at < SAMPLE_MS) return;
    this.#samples.push({ at, ...this.#moved() });
    const oldest = this.#samples.findIndex((sample) => at - sample.at <= WINDOW_MS);
    if (oldest > 0) this.#samples.splice(0, oldest);
  }
}
