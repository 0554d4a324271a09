import type { Outcome } from "../../state/outcome.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Relation } from "../catalog/relations.ts";
import type { CopiedRows } from "../copy/forward.ts";
import type { RowRange } from "../copy/statements.ts";
import { splitTable } from "../copy/split.ts";
import { qualifiedName } from "../names.ts";
import type { ActionItem } from "./action-item.ts";
import { copyPart, copyTable, copyThroughRoot, type Pair, prepareParts, type TableCopy } from "./copy-table.ts";
import { copyTogether } from "./copy-together.ts";
import { createObjects, createOne, type CreateObjectsOptions } from "./create-objects.ts";
import { applied, cancelled, unapplied } from "./outcomes.ts";
import type { Job } from "./work-pool.ts";

/** A table to fill, with the indexes and keys that wait for it. */
export interface TableWork {
  readonly item: ActionItem;
  readonly copy: TableCopy;
  readonly relation: Relation;
  /** Known to have no row in the snapshot, and none at the destination. */
  readonly isEmpty: boolean;
  readonly indexes: readonly ActionItem[];
}

export interface TableJobsOptions {
  readonly context: RunContext;
  /** Sessions that work at once: a large table is cut into that many parts. */
  readonly sessions: number;
  /** From this size on a table is copied in parts, in bytes. Smaller ones arrive frozen in one, which spares their vacuum. */
  readonly partedBytes: number;
  /** Aborted: tables in flight are cut off. */
  readonly cut: AbortSignal;
  readonly isAsPlanned: CreateObjectsOptions["isAsPlanned"];
  put(outcome: Outcome): void;
}

/** A table that is just large enough is not cut into more parts than this, nor into smaller ones. */
const MOST_PARTS = 16;
/** From this size on statistics are gathered once a table is filled; the server's autovacuum sees to smaller ones by itself. */
const ANALYZED_BYTES = 2 ** 20;

const NOTHING: CopiedRows = { bytes: 0, rows: 0 };

/** The jobs that fill tables and build their indexes. */
export class TableJobs {
  readonly #options: TableJobsOptions;
  /** Tables whose rows were not all copied. */
  failed = 0;
  /** Tables that are filled, while their foreign keys did not fire: not told before these were looked at. */
  readonly unproven: { readonly item: ActionItem; readonly copy: TableCopy; readonly outcome: Outcome }[] = [];

  constructor(options: TableJobsOptions) {
    this.#options = options;
  }

  /** Fills a table, and then builds its indexes. */
  fill(work: TableWork): Job<Pair> {
    const abandon = () => this.#abandon(work);
    if (work.isEmpty) return { weight: 0, run: async () => this.#filled(work, NOTHING, Date.now()), abandon };
    const isParted = this.#options.sessions > 1 && work.relation.bytes >= this.#options.partedBytes;
    return { weight: work.relation.bytes, run: (pair) => (isParted ? this.#fillInParts(work, pair) : this.#fillWhole(work, pair)), abandon };
  }

  /** Fills partitions of one table together, where a row may belong to another of them at the destination. */
  fillThroughRoot(root: string, works: readonly TableWork[]): Job<Pair> {
    return {
      weight: works.reduce((total, { relation }) => total + relation.bytes, 0),
      run: async (pair) => {
        const startedAt = Date.now();
        for (const work of works) this.#begin(work);
        try {
          const copied = await copyThroughRoot(
            root,
            works.map((work) => this.#copyOptions(work, pair)),
          );
          return works.flatMap((work, at) => this.#filled(work, copied[at] ?? NOTHING, startedAt));
        } catch (error) {
          return works.flatMap((work) => this.#notFilled(work, error, startedAt));
        }
      },
      abandon: () => {
        for (const work of works) this.#abandon(work);
      },
    };
  }

  /** Fills small tables in one transaction, and builds their indexes in another; where that fails, each by itself. */
  fillTogether(works: readonly TableWork[]): Job<Pair> {
    const { context } = this.#options;
    return {
      weight: works.reduce((total, { relation }) => total + relation.bytes, 0),
      run: async (pair) => {
        const startedAt = Date.now();
        const filling = works.filter(({ isEmpty }) => !isEmpty);
        for (const work of filling) this.#begin(work);
        try {
          const copied = await copyTogether(filling.map((work) => ({ ...this.#copyOptions(work, pair), onBytes: () => {} })));
          const rowsOf = new Map(filling.map((work, at) => [work, copied[at]]));
          for (const [{ item }, rows] of rowsOf) context.emit({ type: "transferred", key: item.action.key, bytes: rows?.bytes ?? 0 });
          for (const work of works) this.#told(work, rowsOf.get(work) ?? NOTHING, startedAt);
          const indexes = works.flatMap((work) => work.indexes);
          return indexes.length === 0 ? [] : [this.#buildTogether(indexes)];
        } catch {
          for (const { item } of filling) context.inFlight?.end(item.action.key);
          return works.map((work) => this.fill(work));
        }
      },
      abandon: () => {
        for (const work of works) this.#abandon(work);
      },
    };
  }

  /** Builds what waits for no table. */
  build(item: ActionItem): Job<Pair> {
    return this.#indexJob(item, 0);
  }

  #begin({ item, relation }: TableWork): void {
    this.#options.context.inFlight?.begin(item.action.key, relation.bytes);
  }

  async #fillWhole(work: TableWork, pair: Pair): Promise<readonly Job<Pair>[]> {
    const startedAt = Date.now();
    this.#begin(work);
    try {
      const copied = await copyTable({ ...this.#copyOptions(work, pair) });
      return this.#filled(work, copied, startedAt);
    } catch (error) {
      return this.#notFilled(work, error, startedAt);
    }
  }

  async #fillInParts(work: TableWork, pair: Pair): Promise<readonly Job<Pair>[]> {
    const startedAt = Date.now();
    const { sessions, partedBytes } = this.#options;
    this.#begin(work);
    try {
      await prepareParts(pair.destination, work.copy);
      const { schema, name } = work.copy.from;
      const ranges = await splitTable({ session: pair.source, schema, name, bytes: work.relation.bytes, parts: sessions, partBytes: partedBytes / MOST_PARTS });
      const parts = { left: ranges.length, bytes: 0, rows: 0, error: undefined as unknown };
      return ranges.map((range) => ({
        weight: work.relation.bytes / ranges.length,
        run: async (worker) => {
          if (parts.error === undefined) await this.#fillPart(work, range, worker, parts);
          parts.left -= 1;
          if (parts.left > 0) return [];
          if (parts.error !== undefined) return this.#notFilled(work, parts.error, startedAt);
          return this.#filled(work, parts, startedAt);
        },
        abandon: () => {
          parts.left -= 1;
          if (parts.left === 0) this.#abandon(work);
        },
      }));
    } catch (error) {
      return this.#notFilled(work, error, startedAt);
    }
  }

  async #fillPart(work: TableWork, range: RowRange, pair: Pair, parts: { bytes: number; rows: number; error: unknown }): Promise<void> {
    try {
      const { bytes, rows } = await copyPart(this.#copyOptions(work, pair), range);
      parts.bytes += bytes;
      parts.rows += rows;
    } catch (error) {
      parts.error ??= error;
    }
  }

  #copyOptions({ copy, item }: TableWork, pair: Pair) {
    const { context, cut } = this.#options;
    const { key } = item.action;
    return { pair, table: copy, budget: context.budget, signal: cut, onBytes: (bytes: number) => context.emit({ type: "transferred", key, bytes }) };
  }

  #filled(work: TableWork, copied: CopiedRows, startedAt: number): readonly Job<Pair>[] {
    const { copy, relation, indexes } = work;
    this.#told(work, copied, startedAt);
    const name = qualifiedName(copy.to.schema, copy.to.name);
    // Statistics first: they see the table's bytes while these are still in memory.
    const analyze: readonly Job<Pair>[] =
      relation.bytes < ANALYZED_BYTES ? [] : [{ weight: relation.bytes / 4, run: ({ destination }) => this.#analyze(destination, name), abandon: () => {} }];
    return [...indexes.map((index) => this.#indexJob(index, relation.bytes)), ...analyze];
  }

  #told({ item, copy }: TableWork, { bytes, rows }: CopiedRows, startedAt: number): void {
    const { context, put } = this.#options;
    context.inFlight?.end(item.action.key);
    const version = { ...item.action.source, versionId: context.run, modified: new Date(startedAt).toISOString() };
    const outcome = applied(item.action, { bytes, rows, source: version, destination: { fingerprint: item.action.source?.fingerprint }, startedAt });
    if (copy.asReplica) this.unproven.push({ item, copy, outcome });
    else put(outcome);
  }

  /** Indexes of a table that is not filled are built all the same: nothing else waits for its rows. */
  #notFilled({ item, relation, indexes }: TableWork, error: unknown, startedAt: number): readonly Job<Pair>[] {
    this.#options.context.inFlight?.end(item.action.key);
    const outcome = unapplied(item.action, error, startedAt);
    if (outcome.outcome !== "stale") this.failed += 1;
    this.#options.put(outcome);
    return indexes.map((index) => this.#indexJob(index, relation.bytes));
  }

  #buildTogether(items: readonly ActionItem[]): Job<Pair> {
    const { isAsPlanned, put, context } = this.#options;
    return {
      weight: 0,
      run: async ({ destination }) => {
        const left = new Map(items.map((item) => [item.action.seq, item]));
        try {
          for await (const page of createObjects({ session: destination, items, signal: context.signal, isAsPlanned, revealed: async (item) => item })) {
            for (const outcome of page) {
              left.delete(outcome.seq);
              put(outcome);
            }
          }
          return [];
        } catch {
          // The connection is lost: each says so by itself, or is built by another.
          return [...left.values()].map((item) => this.#indexJob(item, 0));
        }
      },
      abandon: () => {
        for (const { action } of items) put(cancelled(action));
      },
    };
  }

  #indexJob(item: ActionItem, bytes: number): Job<Pair> {
    return {
      weight: bytes / 2,
      run: async ({ destination }) => {
        const { key } = item.action;
        this.#options.context.inFlight?.begin(key, 0);
        this.#options.put(
          await createOne(item, { session: destination, isAsPlanned: this.#options.isAsPlanned, revealed: async () => item }).finally(() =>
            this.#options.context.inFlight?.end(key),
          ),
        );
        return [];
      },
      abandon: () => this.#options.put(cancelled(item.action)),
    };
  }

  #abandon({ item, indexes }: TableWork): void {
    this.#options.context.inFlight?.end(item.action.key);
    for (const { action } of [item, ...indexes]) this.#options.put(cancelled(action));
  }

  async #analyze(destination: Pair["destination"], name: string): Promise<readonly Job<Pair>[]> {
    // Without statistics the destination is slow, not wrong: autovacuum makes up for it.
    await destination.query(`VACUUM (ANALYZE) ${name}`).catch(() => {});
    return [];
  }
}
