import type { NumberedAction } from "../../changeset/action.ts";
import { ItemError } from "../../core/errors.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import type { DoneActions, RunContext, RunSession, Subtask } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import type { Intent } from "../../state/state-store.ts";
import { FOR_THE_RUN } from "../accounts/run-memberships.ts";
import { readSpecialObjects } from "../catalog/special.ts";
import { openSession, type Session } from "../connect/session.ts";
import { markCopying } from "../copying-mark.ts";
import { type Ends, type Environment, openMaintenance } from "../ends.ts";
import type { TableName } from "../copy/snapshot.ts";
import { readInterrupted, ROWS_INTENT, SHADOW_INTENT } from "../intents.ts";
import { RunMapping } from "../mapping/at-apply.ts";
import { shownName } from "../names.ts";
import { MEMBERSHIP_INTENT } from "../lent-memberships.ts";
import type { Phase } from "../phases.ts";
import { type ActionItem, itemOf } from "./action-item.ts";
import { makeAccounts } from "./accounts-phase.ts";
import { createDatabase, DATABASE_INTENT } from "./create-database.ts";
import { createObjects, DEFINITION_SETTINGS } from "./create-objects.ts";
import { cutByPhase } from "./cut.ts";
import { ExistingObjects } from "./existing-objects.ts";
import { durably, WITHOUT_WAITING } from "./durability.ts";
import { finish } from "./finish-phase.ts";
import { ahead } from "./outcome-channel.ts";
import { unapplied } from "./outcomes.ts";
import { applyRowsPhase } from "./rows-phase.ts";
import { RunMemberships } from "./run-memberships.ts";
import { SourceHold } from "./source-hold.ts";

export interface DatabaseRunSessionOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly env: Environment;
  readonly context: RunContext;
  /** From this size on a table is copied in parts, in bytes. */
  readonly partedBytes: number;
}

/** One run of a database sync: the destination's sessions, and what interrupted runs left. */
export class DatabaseRunSession implements RunSession {
  readonly #options: DatabaseRunSessionOptions;
  readonly #sessions = new Set<Session>();
  readonly #existing: ExistingObjects;
  readonly #mapping: RunMapping;
  readonly #memberships: RunMemberships;
  /** Whether those that an earlier run of this changeset was given were given again. */
  #isMemberAgain = false;
  #main: Promise<Session> | undefined;
  #flushing: Promise<Session> | undefined;
  #intents: readonly Intent[] = [];
  #hold: Promise<SourceHold> | undefined;
  /** Why nothing can be done any more. */
  readonly #unmade = new Set<string>();
  #blocked: ItemError | undefined;
  readonly #settled: number[] = [];

  constructor(options: DatabaseRunSessionOptions) {
    this.#options = options;
    this.#memberships = new RunMemberships({ context: options.context, openServer: () => this.#openServer() });
    const hold = () => (this.#hold ??= this.#holdSource());
    this.#mapping = new RunMapping({
      ...options,
      definitions: async () => (await hold()).definitions(),
      languages: async () => (await readSpecialObjects((await hold()).session)).languages,
    });
    this.#existing = new ExistingObjects({
      ends: options.ends,
      signal: options.context.abort,
      keyAtDestination: (key) => this.#mapping.keyAtDestination(key),
    });
  }

  cut(planId: string, actions: () => Iterable<NumberedAction>): Iterable<Subtask> {
    return cutByPhase(planId, this.#options.sync.name, actions());
  }

  async *apply(subtask: Subtask, done: DoneActions): AsyncGenerator<readonly Outcome[]> {
    const { context } = this.#options;
    context.emit({ type: "phase", sync: this.#options.sync.name, phase: subtask.phase });
    const { runs } = readInterrupted(this.#intents);
    const items: ActionItem[] = [];
    for (const action of context.actions(subtask.seqFrom, subtask.seqTo)) {
      const item = itemOf(action);
      // Rows of an interrupted run are of another snapshot: all of them travel again.
      const again = runs.size > 0 && (item.detail.kind === "rows" || item.detail.kind === "large-objects") && this.#options.sync.resume === "consistent";
      if (!done.has(action.seq) || again) items.push(item);
    }
    const blocked = this.#blocked;
    if (items.length === 0) return;
    if (blocked) {
      yield items.map(({ action }) => unapplied(action, blocked, Date.now()));
      return;
    }
    if (subtask.phase !== "accounts") yield* this.#borrowAgain(done);
    const hold = await (this.#hold ??= this.#holdSource());
    const stale = items.flatMap((item) => {
      const error = hold.whyStale(item);
      return error === undefined ? [] : [unapplied(item.action, error, Date.now())];
    });
    if (stale.length > 0) yield this.#watched(items, stale);
    const seqs = new Set(stale.map(({ seq }) => seq));
    const { items: fresh, outcomes: unnamed } = await this.#mapping.renamed(items.filter(({ action }) => !seqs.has(action.seq)));
    if (unnamed.length > 0) yield this.#watched(items, unnamed);
    // SAFETY: cut() gives phases.
    if (fresh.length > 0) for await (const page of this.#durably(this.#applyPhase(subtask.phase as Phase, fresh))) yield this.#watched(items, page);
    for (const id of this.#settled.splice(0)) await context.intents.end(id);
  }

  /** What interrupted runs left is seen to where it is: by the phase that does it again, if one does. */
  async recover(intents: readonly Intent[], _deadRuns: readonly string[]): Promise<readonly number[]> {
    this.#intents = intents;
    const kinds = new Set<string>();
    for (const action of this.#options.context.actions(1, Number.MAX_SAFE_INTEGER)) kinds.add(itemOf(action).detail.kind);
    const isOpen = ({ kind }: Intent) =>
      (kind === ROWS_INTENT && (kinds.has("rows") || kinds.has("large-objects"))) || (kind === DATABASE_INTENT && kinds.has("database"));
    const shadows = await this.#mapping.recover(intents);
    this.#memberships.recover(intents);
    const isElsewhere = ({ kind }: Intent) => kind === SHADOW_INTENT || kind === MEMBERSHIP_INTENT;
    return [...shadows, ...intents.filter((intent) => !isOpen(intent) && !isElsewhere(intent)).map(({ id }) => id)];
  }

  async close(): Promise<void> {
    await this.#hold?.then(
      (hold) => hold.close(),
      () => {},
    );
    try {
      await this.#memberships.giveBack();
    } finally {
      await Promise.all([...this.#sessions].map((session) => session.close()));
    }
  }

  /** Memberships end with their run: those that this changeset needs and an earlier run was given are needed again. */
  async *#borrowAgain(done: DoneActions): AsyncGenerator<readonly Outcome[]> {
    if (this.#isMemberAgain) return;
    this.#isMemberAgain = true;
    for (const action of this.#options.context.actions(1, Number.MAX_SAFE_INTEGER)) {
      if (action.reason !== FOR_THE_RUN || !done.has(action.seq)) continue;
      const startedAt = Date.now();
      try {
        await this.#memberships.borrow(itemOf(action).detail);
      } catch (error) {
        yield [unapplied(action, error, startedAt)];
      }
    }
  }

  /** Remembers which tables are not there as planned: nothing is to be written to what somebody else made. */
  #watched(items: readonly ActionItem[], outcomes: readonly Outcome[]): readonly Outcome[] {
    const failed = new Set(outcomes.filter(({ outcome }) => outcome !== "applied").map(({ seq }) => seq));
    if (failed.size > 0)
      for (const { action, detail } of items) if (detail.kind === "table" && failed.has(action.seq)) this.#unmade.add(shownName(detail.schema, detail.name));
    return outcomes;
  }

  /** The flush has a session of its own: those that work are busy. */
  #durably(pages: AsyncIterable<readonly Outcome[]>): AsyncGenerator<readonly Outcome[]> {
    return durably(ahead(pages), () => (this.#flushing ??= this.#openServer()));
  }

  async *#applyPhase(phase: Phase, items: readonly ActionItem[]): AsyncGenerator<readonly Outcome[]> {
    const { sync, ends, context } = this.#options;
    const isAsPlanned = (item: ActionItem) => this.#existing.isAsPlanned(item);
    const revealed = async (item: ActionItem) => (await (this.#hold ??= this.#holdSource())).revealed(item);
    switch (phase) {
      case "database": {
        for (const item of items) {
          const outcome = await createDatabase({ ends, item, context, intents: this.#intents.filter(({ kind }) => kind === DATABASE_INTENT) });
          if (outcome.outcome !== "applied")
            this.#blocked = new ItemError("cancelled", "DATABASE_NOT_CREATED", "The database was not created, so nothing was written to it.", {
              hint: "Mend what is listed for the database, and apply again.",
            });
          yield [outcome];
        }
        return;
      }
      case "accounts":
        yield* makeAccounts({ ends, sync, context, items, memberships: this.#memberships, openServer: () => this.#openServer() });
        return;
      case "schema":
      case "links":
      case "event-triggers":
        yield* createObjects({ session: await this.#destination(), items, signal: context.signal, isAsPlanned, revealed });
        return;
      case "rows":
        yield* applyRowsPhase({
          sync,
          ends,
          context,
          items,
          partedBytes: this.#options.partedBytes,
          isAsPlanned,
          unmade: this.#unmade,
          hold: await (this.#hold ??= this.#holdSource()),
          destination: await this.#destination(),
          interrupted: readInterrupted(this.#intents).keys,
          interruptedIntents: this.#intents.filter(({ kind }) => kind === ROWS_INTENT).map(({ id }) => id),
          settle: (intents) => void this.#settled.push(...intents),
          openDestination: () => this.#openDestination(),
        });
        return;
      case "finish":
        yield* finish({ ends, sync, context, items, session: await this.#destination(), isAsPlanned, revealed });
        return;
    }
  }

  #holdSource(): Promise<SourceHold> {
    const { ends, context } = this.#options;
    const tables: TableName[] = [];
    for (const action of context.actions(1, Number.MAX_SAFE_INTEGER)) {
      const { detail } = itemOf(action);
      if (detail.kind === "rows" && detail.schema !== undefined) tables.push({ schema: detail.schema, name: detail.name });
    }
    return SourceHold.open({ ends, tables, stamp: context.stamp, signal: context.abort });
  }

  #destination(): Promise<Session> {
    return (this.#main ??= this.#openMarked());
  }

  async #openMarked(): Promise<Session> {
    const session = await this.#openDestination();
    await markCopying(session);
    return session;
  }

  async #openDestination(): Promise<Session> {
    const session = await openSession(this.#options.ends.destination);
    this.#sessions.add(session);
    await session.query(`${DEFINITION_SETTINGS}; ${WITHOUT_WAITING}`);
    return session;
  }

  /** A session on the destination's server, whether or not its database is there. */
  async #openServer(): Promise<Session> {
    const session = await openMaintenance(this.#options.ends.destination);
    this.#sessions.add(session);
    return session;
  }
}
