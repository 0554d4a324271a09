import type { Outcome } from "./outcome.ts";
import type { ControlRequest, Intent, IntentLog, ItemRecord, KeyRange, Lease, LockInfo, LockOwner, RunInfo, RunStart, RunStatus } from "./state-store.ts";
import type { StatePage, StateSizes, WholeState } from "./whole.ts";

/** What a state is made of, each part over tables of its own. What they do: `StateStore` and `WholeState`. */
export interface StateParts {
  readonly locks: {
    lock(destination: string, owner: LockOwner): Promise<Lease>;
    all(): Promise<readonly LockInfo[]>;
    unlock(destination: string): Promise<boolean>;
  };
  readonly items: {
    slice(sync: string, range?: KeyRange): AsyncIterable<readonly ItemRecord[]>;
    restore(sync: string, records: AsyncIterable<readonly ItemRecord[]>, leases: readonly Lease[]): Promise<number>;
    forget(sync: string, keys: readonly string[] | "all", leases: readonly Lease[]): Promise<number>;
    rename(from: string, to: string): Promise<void>;
    counts(): Promise<Readonly<Record<string, number>>>;
  };
  readonly runs: {
    start(start: RunStart, leases: readonly Lease[]): Promise<void>;
    finish(run: string, status: RunStatus, leases: readonly Lease[], notes: string | undefined): Promise<void>;
    dead(): Promise<readonly string[]>;
    interruptDead(): Promise<readonly string[]>;
    all(limit: number): Promise<readonly RunInfo[]>;
  };
  readonly outcomes: {
    record(run: string, outcomes: readonly Outcome[], leases: readonly Lease[]): Promise<void>;
    applied(planId: string, sinceSerial: number, run: string | undefined): AsyncIterable<readonly number[]>;
    problems(run: string): AsyncIterable<readonly Outcome[]>;
  };
  readonly intents: {
    log(run: string, sync: string, leases: readonly Lease[]): IntentLog;
    open(sync: string): Promise<readonly Intent[]>;
    end(id: number): Promise<void>;
  };
  readonly requests: {
    add(run: string, control: ControlRequest): Promise<void>;
    of(run: string): Promise<readonly ControlRequest[]>;
  };
  readonly whole: Pick<WholeState, "mark" | "setMark" | "sizes" | "contents" | "fill">;
  serial(): number;
  close(): Promise<void>;
}

/** A state of parts. */
export class ComposedState implements WholeState {
  readonly lineage: string;
  readonly #parts: StateParts;

  /** @param lineage "" where there is no state yet */
  constructor(lineage: string, parts: StateParts) {
    this.lineage = lineage;
    this.#parts = parts;
  }

  get serial(): number {
    return this.#parts.serial();
  }

  slice(sync: string, range?: KeyRange): AsyncIterable<readonly ItemRecord[]> {
    return this.#parts.items.slice(sync, range);
  }

  lock(destination: string, owner: LockOwner): Promise<Lease> {
    return this.#parts.locks.lock(destination, owner);
  }

  locks(): Promise<readonly LockInfo[]> {
    return this.#parts.locks.all();
  }

  unlock(destination: string): Promise<boolean> {
    return this.#parts.locks.unlock(destination);
  }

  startRun(start: RunStart, leases: readonly Lease[]): Promise<void> {
    return this.#parts.runs.start(start, leases);
  }

  finishRun(run: string, status: RunStatus, leases: readonly Lease[], notes?: string): Promise<void> {
    return this.#parts.runs.finish(run, status, leases, notes);
  }

  deadRuns(): Promise<readonly string[]> {
    return this.#parts.runs.dead();
  }

  interruptDead(): Promise<readonly string[]> {
    return this.#parts.runs.interruptDead();
  }

  runs(limit = 100): Promise<readonly RunInfo[]> {
    return this.#parts.runs.all(limit);
  }

  record(run: string, outcomes: readonly Outcome[], leases: readonly Lease[]): Promise<void> {
    return this.#parts.outcomes.record(run, outcomes, leases);
  }

  applied(planId: string, sinceSerial = -1, run?: string): AsyncIterable<readonly number[]> {
    return this.#parts.outcomes.applied(planId, sinceSerial, run);
  }

  problems(run: string): AsyncIterable<readonly Outcome[]> {
    return this.#parts.outcomes.problems(run);
  }

  intents(run: string, sync: string, leases: readonly Lease[]): IntentLog {
    return this.#parts.intents.log(run, sync, leases);
  }

  openIntents(sync: string): Promise<readonly Intent[]> {
    return this.#parts.intents.open(sync);
  }

  endIntent(id: number): Promise<void> {
    return this.#parts.intents.end(id);
  }

  request(run: string, control: ControlRequest): Promise<void> {
    return this.#parts.requests.add(run, control);
  }

  requests(run: string): Promise<readonly ControlRequest[]> {
    return this.#parts.requests.of(run);
  }

  restore(sync: string, records: AsyncIterable<readonly ItemRecord[]>, leases: readonly Lease[]): Promise<number> {
    return this.#parts.items.restore(sync, records, leases);
  }

  forget(sync: string, keys: readonly string[] | "all", leases: readonly Lease[]): Promise<number> {
    return this.#parts.items.forget(sync, keys, leases);
  }

  renameSync(from: string, to: string): Promise<void> {
    return this.#parts.items.rename(from, to);
  }

  counts(): Promise<Readonly<Record<string, number>>> {
    return this.#parts.items.counts();
  }

  mark(): Promise<string | undefined> {
    return this.#parts.whole.mark();
  }

  setMark(mark: string | undefined): Promise<void> {
    return this.#parts.whole.setMark(mark);
  }

  sizes(): Promise<StateSizes> {
    return this.#parts.whole.sizes();
  }

  contents(): AsyncIterable<StatePage> {
    return this.#parts.whole.contents();
  }

  fill(pages: AsyncIterable<StatePage>, origin: { readonly lineage: string; readonly serial: number }): Promise<void> {
    return this.#parts.whole.fill(pages, origin);
  }

  close(): Promise<void> {
    return this.#parts.close();
  }
}
