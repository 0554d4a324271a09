import { ItemError } from "../../core/errors.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import { writtenRows } from "../catalog/configuration.ts";
import { readNonEmpty, type Relation, readRelations } from "../catalog/relations.ts";
import type { Session } from "../connect/session.ts";
import type { HeldSnapshot } from "../copy/snapshot.ts";
import type { Ends } from "../ends.ts";
import { ROWS_INTENT, rowsIntentDetail } from "../intents.ts";
import { qualifiedName, shownName } from "../names.ts";
import { rowsFingerprint } from "../plan/plan-rows.ts";
import type { ActionItem } from "./action-item.ts";
import { chooseFormats } from "./copy-format.ts";
import { notEmpty } from "./copy-table.ts";
import type { CreateObjectsOptions } from "./create-objects.ts";
import { brokenForeignKey, mayBeReplica } from "./foreign-keys.ts";
import { OutcomeChannel } from "./outcome-channel.ts";
import { cancelled, unapplied } from "./outcomes.ts";
import { copyLargeObjects } from "./large-objects.ts";
import type { SourceHold } from "./source-hold.ts";
import { setSequences } from "./sequences.ts";
import { fillTables } from "./fill-tables.ts";
import { TableJobs, type TableWork } from "./table-jobs.ts";

export interface RowsPhaseOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly context: RunContext;
  readonly hold: SourceHold;
  readonly destination: Session;
  readonly items: readonly ActionItem[];
  readonly partedBytes: number;
  readonly isAsPlanned: CreateObjectsOptions["isAsPlanned"];
  /** Tables that were to be created and were not, as `shownName` shows them. */
  readonly unmade: ReadonlySet<string>;
  /** Tables that an interrupted run was filling, by key: what is in them is ours. */
  readonly interrupted: ReadonlySet<string>;
  /** Intents of such runs: settled once all rows are of one snapshot. */
  readonly interruptedIntents: readonly number[];
  /** Takes the intents that may end as soon as all outcomes are recorded: without both, what was filled would be nobody's. */
  readonly settle: (intents: readonly number[]) => void;
  openDestination(): Promise<Session>;
}

/**
 * Fills every table under one snapshot of the source, the largest first, and builds the indexes of
 * each as soon as it is filled. Then sets sequences and copies large objects.
 *
 * An outcome of rows names the run, so that rows of an interrupted run are known to be of another
 * snapshot than what is copied later. The intent that says so is written before the first row, and
 * ends when all rows are there.
 */
export async function* applyRowsPhase(options: RowsPhaseOptions): AsyncGenerator<readonly Outcome[]> {
  const { sync, context, items, destination } = options;
  const rows = items.filter(({ detail }) => detail.kind === "rows");
  const { session: source, snapshot: held } = options.hold;
  const { works, outcomes, others } = await prepare(options, rows, source, held);
  if (outcomes.length > 0) yield outcomes;
  const keys = [...works.map(({ item }) => item.action.key), ...items.filter(({ detail }) => detail.kind === "large-objects").map(({ action }) => action.key)];
  const intent = keys.length === 0 ? undefined : await context.intents.begin(ROWS_INTENT, "rows", rowsIntentDetail(keys));

  const channel = new OutcomeChannel();
  const jobs = new TableJobs({
    context,
    sessions: sync.sessions,
    partedBytes: options.partedBytes,
    // Rows of a stopped run all travel again: to wait for the end of a large table would be in vain.
    cut: sync.resume === "consistent" ? context.signal : context.abort,
    isAsPlanned: options.isAsPlanned,
    put: (outcome) => channel.put(outcome),
  });
  yield* channel.during(fillTables({ sync, ends: options.ends, context, jobs, works, others, held, destination, openDestination: options.openDestination }));
  for (const { item, copy, outcome } of jobs.unproven) {
    const broken = await brokenForeignKey(destination, copy);
    yield [broken === undefined ? outcome : unapplied(item.action, broken, outcome.startedAt)];
  }
  const failed = jobs.failed + outcomes.filter(({ outcome }) => outcome === "failed" || outcome === "refused").length;

  const values = items.filter(({ detail }) => detail.kind === "sequence-value");
  if (values.length > 0)
    yield context.signal.aborted
      ? values.map(({ action }) => cancelled(action))
      : await setSequences({ source, destination, items: values, margin: sync.sequences.margin });
  const large = items.filter(({ detail }) => detail.kind === "large-objects");
  for (const item of large)
    yield [
      context.signal.aborted
        ? cancelled(item.action)
        : await copyLargeObjects({
            source,
            destination,
            item,
            replaces: item.action.action === "replace" || options.interrupted.has(item.action.key),
            context,
          }),
    ];

  if (context.signal.aborted && sync.resume === "consistent" && works.length > 0) context.emit({ type: "notice", ...ROWS_BEGIN_ANEW });
  if (failed === 0 && !context.signal.aborted) options.settle([...options.interruptedIntents, ...(intent === undefined ? [] : [intent])]);
}

const ROWS_BEGIN_ANEW = {
  code: "ROWS_BEGIN_ANEW",
  message: "The run was stopped before all tables were filled: the next one copies all rows again, so that they are of one moment.",
  hint: "`resume: inconsistent` goes on with the missing tables instead, as of a later moment.",
};

interface Prepared {
  readonly works: readonly TableWork[];
  /** Of tables that are not filled. */
  readonly outcomes: readonly Outcome[];
  /** Indexes and keys of tables whose rows are no part of this. */
  readonly others: readonly ActionItem[];
}

/** Looks again at everything that was decided on, now that nobody can change a table's definition any more. */
async function prepare(options: RowsPhaseOptions, rows: readonly ActionItem[], source: Session, held: HeldSnapshot): Promise<Prepared> {
  const { destination, interrupted, items } = options;
  const [here, there] = await Promise.all([readRelations(source, { sizes: false }), readRelations(destination, { sizes: false })]);
  const sources = byName(here);
  const destinations = new Map(there.map((relation) => [shownName(relation.schema, relation.name), relation]));
  const refused = new Map(held.refused.map(({ table, error }) => [qualifiedName(table.schema, table.name), error]));
  const isReplicaAllowed = await mayBeReplica(destination);
  const outcomes: Outcome[] = [];
  const works: TableWork[] = [];
  const indexes = Map.groupBy(
    items.filter(({ detail }) => detail.kind === "index" || detail.kind === "constraint"),
    ({ detail }) => detail.table ?? "",
  );
  for (const item of rows) {
    const startedAt = Date.now();
    const { detail, action } = item;
    const relation = sources.get(qualifiedName(detail.schema, detail.name));
    const target = destinations.get(detail.table ?? "");
    const error =
      refused.get(qualifiedName(detail.schema, detail.name)) ??
      whyStale(item, relation) ??
      (options.unmade.has(shownName(detail.schema, detail.name)) ? notMade(item) : undefined) ??
      (target === undefined ? missingTable(item) : undefined);
    if (error !== undefined || relation === undefined || target === undefined) {
      outcomes.push(unapplied(action, error, startedAt));
      continue;
    }
    works.push({
      item,
      // Measured when it was planned.
      relation: { ...relation, bytes: Math.max(relation.bytes, action.bytes) },
      isEmpty: false,
      indexes: indexes.get(shownName(detail.schema, detail.name)) ?? [],
      copy: {
        item: action.key,
        from: { schema: relation.schema, name: relation.name },
        to: { schema: target.schema, name: target.name },
        bytes: Math.max(relation.bytes, action.bytes),
        columns: detail.columns ?? [],
        where: detail.where,
        configuration: relation.configuration && target.configuration,
        binary: false,
        encoding: undefined,
        replaces: action.action === "replace" || interrupted.has(action.key),
        referenced: target.referenced,
        asReplica: isReplicaAllowed && (target.hasTriggers || target.hasForeignKeys),
      },
    });
  }
  const filling = new Set(works.map(({ copy }) => shownName(copy.from.schema, copy.from.name)));
  const others = [...indexes].flatMap(([table, of]) => (filling.has(table) ? [] : of));
  const [marked, unexpected] = await Promise.all([markEmpty(source, works), findFilled(destination, works)]);
  const kept = marked.filter(({ item, copy }) => {
    // Tables that were to be empty and are not stay out of the intent, which says that what is in its tables is ours.
    if (!unexpected.has(item.action.seq)) return true;
    outcomes.push(unapplied(item.action, notEmpty(copy.to), Date.now()));
    return false;
  });
  return { works: await chooseFormats(source, destination, kept), outcomes, others };
}

/** A table without a row in the snapshot has nothing to copy. */
async function markEmpty(source: Session, works: readonly TableWork[]): Promise<readonly TableWork[]> {
  const filled = await readNonEmpty(
    source,
    works.map(({ copy }) => ({ sql: qualifiedName(copy.from.schema, copy.from.name) })),
    { inTransaction: true },
  );
  return works.map((work, at) => (filled.has(at) || work.copy.replaces || work.copy.configuration !== undefined ? work : { ...work, isEmpty: true }));
}

/** @returns numbers of the actions whose tables were to be empty and are not */
async function findFilled(destination: Session, works: readonly TableWork[]): Promise<ReadonlySet<number>> {
  const empty = works.filter(({ copy }) => !copy.replaces);
  const filled = await readNonEmpty(
    destination,
    empty.map(({ copy }) => ({ sql: writtenRows(copy.to, copy.configuration) })),
  );
  return new Set(empty.flatMap(({ item }, at) => (filled.has(at) ? [item.action.seq] : [])));
}

function whyStale({ action, detail }: ActionItem, relation: Relation | undefined): ItemError | undefined {
  const name = shownName(detail.schema, detail.name);
  if (relation === undefined) return new ItemError("stale", "SOURCE_CHANGED", `The source's table ${name} is gone.`, { hint: "Plan again." });
  const fingerprint = rowsFingerprint({ source: relation, columns: detail.columns ?? [], where: detail.where });
  if (fingerprint === action.source?.fingerprint) return undefined;
  return new ItemError("stale", "SOURCE_CHANGED", `The columns of the source's table ${name} are others than when this was reviewed.`, { hint: "Plan again." });
}

function notMade({ detail }: ActionItem): ItemError {
  return new ItemError("cancelled", "TABLE_NOT_MADE", `The table ${detail.table ?? detail.name} was not created as planned, so it was not filled.`, {
    hint: "Mend what is listed for the table, and apply again.",
  });
}

function missingTable({ detail }: ActionItem): ItemError {
  return new ItemError(
    "failed",
    "TABLE_MISSING",
    `The destination has no table ${detail.table ?? detail.name}: it could not be created, or somebody removed it.`,
    {
      hint: "Mend what is listed for the table, and apply again.",
    },
  );
}

function byName(relations: readonly Relation[]): ReadonlyMap<string, Relation> {
  return new Map(relations.map((relation) => [qualifiedName(relation.schema, relation.name), relation]));
}
