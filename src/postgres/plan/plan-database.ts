import type { Action } from "../../changeset/action.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import { readDatabaseDetail, ROWS_NOT_COMPARED } from "../../driver/database-action.ts";
import type { PlanContext } from "../../driver/sync-driver.ts";
import type { ItemRecord } from "../../state/state-store.ts";
import { readEnumHashRoots } from "../catalog/enum-hash-roots.ts";
import { usersRows, writtenRows } from "../catalog/configuration.ts";
import { readNonEmpty } from "../catalog/relations.ts";
import { compareTables } from "../compare-tables.ts";
import { openSession, type Session } from "../connect/session.ts";
import { DumpThread } from "../dump/wasm/run.ts";
import { type Ends, openIfThere } from "../ends.ts";
import { type Interrupted, readInterrupted } from "../intents.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { shownName } from "../names.ts";
import { fixedPhase, PHASES } from "../phases.ts";
import { membershipsForRun } from "./acting-roles.ts";
import { filledUnread, isClosed, tellOfClosed, tellOfLeft } from "./closed.ts";
import { decideObjects } from "./decide-objects.ts";
import { inOrder, type Planned } from "./planned.ts";
import { closedBy, pairRows, planRows, type RowsPair } from "./plan-rows.ts";
import { planLargeObjects, planRefreshes, planSequences, type TargetOf } from "./plan-values.ts";
import { type DestinationFacts, readEnds, type SourceFacts } from "./read-ends.ts";
import type { Select } from "./select.ts";
import { SpreadPartitions } from "./spread-partitions.ts";

const PAGE = 500;

/** Decides about everything in a database. Reads only: definitions and counts, no rows unless they are compared. */
export async function* planDatabase(sync: PostgresSync, ends: Ends, context: PlanContext): AsyncGenerator<readonly Action[]> {
  const { signal } = context;
  // It gets ready while the sessions are opened.
  await using thread = DumpThread.start(signal);
  const source = await openSession(ends.source);
  let destination: Session | undefined;
  try {
    destination = await openIfThere(ends.destination);
    const ordered = inOrder(await plan({ sync, ends, context, source, destination, thread }));
    for (let from = 0; from < ordered.length; from += PAGE) {
      signal.throwIfAborted();
      yield ordered.slice(from, from + PAGE).map(({ action }) => action);
    }
  } finally {
    await source.close();
    await destination?.close();
  }
}

interface Planning {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly context: PlanContext;
  readonly source: Session;
  readonly destination: Session | undefined;
  /** For the source's definitions. */
  readonly thread: DumpThread;
}

async function plan(planning: Planning): Promise<Planned[]> {
  const { sync, ends, context } = planning;
  const { signal } = context;
  const tell = (what: string) => context.emit({ type: "reading", sync: sync.name, what });
  tell("the definitions of both databases");
  const { source, destination } = await readEnds({
    ends,
    source: planning.source,
    destination: planning.destination,
    threads: { source: planning.thread },
    signal,
  });
  context.stamp(source.stamp);
  context.countListed(source.entries.length, destination.entries.length);
  for (const message of source.warnings) context.notice({ code: "DUMP_WARNING", message, hint: undefined });
  const records = await readRecords(context, sync.name);
  const intents = await context.openIntents();
  const interrupted = readInterrupted(intents);
  const recorded = new Map([...records].flatMap(([key, { source: version }]) => (version.fingerprint === undefined ? [] : [[key, version.fingerprint]])));
  tell("what differs between both");
  const { planned: objects, accounts, select, targetOf, mapping } = await decideObjects({ sync, ends, source, destination, recorded, signal });
  tellOfMapping(mapping, ends, context);
  tell(context.compare ? "the rows of tables that are at both ends" : "which tables hold rows");
  const views = new Map(objects.filter(({ kind }) => kind === "materialized-view").map(({ action }) => [action.key, action]));
  const planned: Planned[] = [
    ...accounts.actions.map(ofAccount),
    ...objects,
    ...(await rowsOf(planning, { source, destination, records, interrupted, objects, select, targetOf })),
    ...planSequences({ sync, source: source.sequences, destination: destination.sequences, closed: destination.closed, records, select, targetOf, objects }),
    ...planLargeObjects({ sync, source: source.largeObjects, destination: destination.largeObjects, record: records.get("large-objects"), interrupted }),
    ...planRefreshes({ sync, source: source.relations, destination: destination.relations, select, targetOf, views }),
  ];
  tellOfLeft(intents, context);
  tellOfClosed({ destination, borrowable: accounts.borrowable, planned }, context);
  return [...planned, ...membershipsForRun(planned, accounts)];
}

function ofAccount(action: Action): Planned {
  const kind = action.key.startsWith("role ")
    ? "role"
    : action.key.startsWith("membership ")
      ? "membership"
      : action.key.startsWith("security-label ")
        ? "security-label"
        : "database-setting";
  const phase = PHASES.find((each) => each === readDatabaseDetail(action.detail)?.phase) ?? fixedPhase(kind) ?? "finish";
  return { phase, kind, action };
}

async function readRecords(context: PlanContext, sync: string): Promise<ReadonlyMap<string, ItemRecord>> {
  const records = new Map<string, ItemRecord>();
  for await (const page of context.state.slice(sync)) for (const record of page) records.set(record.key, record);
  return records;
}

interface RowsOf {
  readonly source: SourceFacts;
  readonly destination: DestinationFacts;
  readonly records: ReadonlyMap<string, ItemRecord>;
  readonly interrupted: Interrupted;
  readonly objects: readonly Planned[];
  readonly select: Select;
  readonly targetOf: TargetOf;
}

async function rowsOf(planning: Planning, facts: RowsOf): Promise<Planned[]> {
  const { sync, context } = planning;
  const extensions = new Map(facts.objects.filter(({ kind }) => kind === "extension").map(({ action }) => [action.key, action]));
  const tables = new Map(facts.objects.filter(({ kind }) => kind === "table").map(({ action }) => [action.key, action]));
  const pairs = pairRows({ sync, ...facts });
  const existing = pairs.filter((pair) => pair.destination !== undefined && closedBy(pair) === undefined);
  const filled = async (session: Session | undefined, of: readonly RowsPair[], rows: (pair: RowsPair) => string) => {
    if (session === undefined) return new Set<string>();
    const places = await readNonEmpty(
      session,
      of.map((pair) => ({ sql: rows(pair) })),
    );
    return new Set(of.flatMap(({ key }, at) => (places.has(at) ? [key] : [])));
  };
  const { closed } = facts.destination;
  const readable = existing.filter((pair) => !isClosed(closed, pair));
  const configured = existing.filter((pair) => pair.configuration !== undefined);
  const spread = SpreadPartitions.of(pairs, await readEnumHashRoots(planning.source));
  const unusable = new Map<string, string>();
  for (const { key, source: of, configuration } of pairs) {
    if (configuration !== undefined) {
      if (extensions.get(`extension ${configuration.extension}`)?.action === "conflict") unusable.set(key, "The extension is another one at the destination.");
      continue;
    }
    const action = tables.get(`table ${shownName(of.schema, of.name)}`)?.action;
    if (action === "conflict") unusable.set(key, "The table is another one at the destination.");
    if (action === "notSynced") unusable.set(key, "The table is not synced.");
  }
  const planned = planRows({
    sync,
    pairs,
    sourceFilled: spread.anyOf(await filled(planning.source, existing, ({ source, configuration }) => usersRows(source, configuration))),
    destinationFilled: spread.anyOf(
      new Set([
        ...(await filled(planning.destination, readable, ({ target, destination }) => writtenRows(target, destination?.configuration))),
        ...filledUnread(closed, existing),
      ]),
    ),
    shipped: await filled(planning.destination, configured, ({ target, destination }) => usersRows(target, destination?.configuration)),
    recorded: spread.allOf(facts.records),
    brokenRuns: facts.interrupted.runs,
    interrupted: spread.anyOf(facts.interrupted.keys),
    unusable,
    compared: context.compare
      ? await comparedRows(
          planning,
          pairs.filter((pair) => !isClosed(closed, pair)),
          unusable,
        )
      : undefined,
  });
  tellNotCompared(planned, facts.records, context);
  return planned;
}

/** What is written inside of functions is text, and nobody changes it. */
function tellOfMapping({ isMapped, stale, warnings }: Mapping, ends: Ends, { notice }: PlanContext): void {
  if (!isMapped) return;
  for (const message of warnings) notice({ code: "MAPPING_WARNING", message, hint: undefined });
  if (ends.shadow === undefined) {
    notice({
      code: "MAPPING_AT_APPLY",
      message: "Definitions are shown under the source's names: PostgreSQL writes them anew when this is applied, in a temporary database at the destination.",
      hint: "Name an empty database as `shadow` to see them before.",
    });
  }
  for (const [key, names] of [...stale].slice(0, STALE_TOLD)) {
    notice({
      code: "MAPPING_STALE_NAME",
      message: `${key} goes on to name ${names.join(", ")} in its text: no rename changes that.`,
      hint: "Change the function, at the source before or at the destination afterwards.",
    });
  }
  if (stale.size > STALE_TOLD) {
    notice({ code: "MAPPING_STALE_NAME", message: `${stale.size - STALE_TOLD} more functions do: each says so in its remark.`, hint: undefined });
  }
}

/** Functions that have a notice of their own. */
const STALE_TOLD = 20;

/** Compares what would otherwise be taken on trust. By key: how the rows differ; undefined where they are equal. */
async function comparedRows(
  { sync, ends, context }: Planning,
  pairs: readonly RowsPair[],
  unusable: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  const comparable = pairs.filter(({ key }) => !unusable.has(key));
  for await (const { key, equal, rows, problem } of compareTables({ sync, ends, pairs: comparable, depth: "values", signal: context.signal })) {
    if (problem !== undefined) found.set(key, `They could not be compared: ${problem.message}`);
    else
      found.set(
        key,
        equal ? undefined : `The source has ${rows?.source ?? "?"} rows and the destination ${rows?.destination ?? "?"}, and they are not the same.`,
      );
  }
  return found;
}

/** Rows carry no version: what was copied once may have changed at either end since, and only a comparison tells. */
function tellNotCompared(planned: readonly Planned[], records: ReadonlyMap<string, ItemRecord>, { notice }: PlanContext): void {
  const keys = planned.filter(({ action }) => action.reason === ROWS_NOT_COMPARED).map(({ action }) => action.key);
  if (keys.length === 0) return;
  const since = keys.flatMap((key) => records.get(key)?.source.modified ?? []).toSorted()[0];
  notice({
    code: "ROWS_NOT_COMPARED",
    message: `The rows of ${keys.length === 1 ? "1 table" : `${keys.length} tables`} were copied earlier${since === undefined ? "" : `, the first at ${since}`}, and not compared since.`,
    hint: "`tidemark plan --compare` and `tidemark compare` look at them.",
  });
}
