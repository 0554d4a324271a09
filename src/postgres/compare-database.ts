import type { Action } from "../changeset/action.ts";
import { TidemarkError } from "../core/errors.ts";
import type { PostgresSync } from "../core/sync-plan.ts";
import { readDatabaseDetail } from "../driver/database-action.ts";
import type { CompareContext, CompareLevel, ComparePage, Difference, PlanContext } from "../driver/sync-driver.ts";
import type { ItemRecord } from "../state/state-store.ts";
import { compareTables } from "./compare-tables.ts";
import { compareLargeObjects } from "./compare/compare-large-objects.ts";
import { compareSequences } from "./compare/compare-sequences.ts";
import type { TableComparison } from "./compare/types.ts";
import { openSession, type Session } from "./connect/session.ts";
import { refuseWhileCopying } from "./copying-mark.ts";
import { isSessionSetting, kindOfEntry, withUniqueKeys } from "./dump/classify.ts";
import { DumpThread } from "./dump/wasm/run.ts";
import { type Ends, openIfThere } from "./ends.ts";
import { looseKey } from "./mapping/mapping.ts";
import { shownName } from "./names.ts";
import { decideObjects } from "./plan/decide-objects.ts";
import { NOT_COMPARABLE } from "./plan/plan-objects.ts";
import { pairRows, rowsFingerprint } from "./plan/plan-rows.ts";
import { hasLargeObjects, planRefreshes } from "./plan/plan-values.ts";
import { selectSequences } from "./plan/plan-values.ts";
import { type DestinationFacts, readEnds, type SourceFacts } from "./plan/read-ends.ts";
import { makeSelect } from "./plan/select.ts";

interface Comparing {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly source: SourceFacts;
  readonly destination: DestinationFacts;
}

/** Compares both ends as they are now, whatever the state says. */
export async function* compareDatabase(sync: PostgresSync, ends: Ends, context: CompareContext): AsyncGenerator<ComparePage> {
  const { levels, signal } = context;
  const facts = await readBoth(ends, signal, refuseWhileCopying);
  if (!facts.destination.exists) {
    yield { equal: 0, differences: [{ key: "database", difference: "missing", reason: "absent" }] };
    return;
  }
  const comparing = { sync, ends, ...facts };
  const objects = await decideObjects({ ...comparing, recorded: new Map(), signal });
  if (levels.has("users")) yield pageOf("users", objects.accounts.actions.flatMap(differenceOfAccount), objects.accounts.actions.filter(isEqual).length);
  if (levels.has("objects")) {
    const actions = objects.planned.map(({ action }) => action);
    yield pageOf("objects", [...actions.flatMap(differenceOf), ...extras(comparing, objects)], actions.filter(isEqual).length);
  }
  if (levels.has("counts") || levels.has("values")) {
    const pairs = pairRows({ ...comparing, select: objects.select, targetOf: objects.targetOf, objects: objects.planned });
    const level = levels.has("values") ? "values" : "counts";
    for await (const table of compareTables({ sync, ends, pairs, depth: level === "values" ? "values" : "count", signal }))
      yield { ...pageOfTable(table), level };
    yield viewsPage(comparing, objects, level);
    if (levels.has("values")) {
      yield sequencesPage(comparing, objects);
      yield* largeObjectPages(comparing, signal);
    }
  }
}

/** Tables whose rows are equal at both ends, and objects that are: what a state would know had it not been lost. */
export async function* rebuildDatabase(sync: PostgresSync, ends: Ends, context: PlanContext): AsyncGenerator<readonly ItemRecord[]> {
  const { signal } = context;
  const facts = await readBoth(ends, signal);
  if (!facts.destination.exists) return;
  const comparing = { sync, ends, ...facts };
  const objects = await decideObjects({ ...comparing, recorded: new Map(), signal });
  yield objects.planned.flatMap(({ action: { action, key, source, destination } }) =>
    action === "skip" && source && destination ? [{ key, source, destination }] : [],
  );
  const pairs = pairRows({ ...comparing, select: objects.select, targetOf: objects.targetOf, objects: objects.planned });
  const byKey = new Map(pairs.map((pair) => [pair.key, pair]));
  for await (const { key, equal } of compareTables({ sync, ends, pairs, depth: "values", signal })) {
    const pair = byKey.get(key);
    if (!equal || pair === undefined) continue;
    const fingerprint = rowsFingerprint(pair);
    yield [{ key, source: { fingerprint, modified: new Date().toISOString() }, destination: { fingerprint } }];
  }
}

/** Reads both ends, each in a session of its own, unless `look` refuses the destination. */
async function readBoth(ends: Ends, signal: AbortSignal, look: (destination: Session) => Promise<void> = async () => {}) {
  // They get ready while the sessions are opened.
  await using ofSource = DumpThread.start(signal);
  await using ofDestination = DumpThread.start(signal);
  const sessions = await Promise.allSettled([openSession(ends.source), openIfThere(ends.destination)]);
  try {
    const [source, destination] = [opened(sessions[0]), opened(sessions[1])];
    if (destination !== undefined) await look(destination);
    return await readEnds({ ends, source, destination, threads: { source: ofSource, destination: ofDestination }, signal });
  } finally {
    for (const session of sessions) if (session.status === "fulfilled") await session.value?.close();
  }
}

function opened<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

function isEqual({ action }: Action): boolean {
  return action === "skip";
}

function differenceOf({ action, key, reason, detail }: Action): Difference[] {
  const lines = readDatabaseDetail(detail)?.difference;
  if (action === "create") return [{ key, difference: "missing", reason }];
  if (action === "replace") return [{ key, difference: "different", reason }];
  if (reason === NOT_COMPARABLE) return [{ key, difference: "unknown", reason }];
  return action === "conflict" ? [{ key, difference: "different", reason, ...(lines !== undefined && { detail: lines }) }] : [];
}

function differenceOfAccount(action: Action): Difference[] {
  const remark = readDatabaseDetail(action.detail)?.remark;
  // A role that is there is never changed; that it differs is said.
  if (action.action === "skip" && remark !== undefined) return [{ key: action.key, difference: "different", reason: remark }];
  return differenceOf(action);
}

function pageOf(level: CompareLevel, differences: readonly Difference[], equal: number): ComparePage {
  return { level, equal, differences };
}

/** Objects that only the destination has. What is said about objects comes and goes with them. */
function extras({ sync, source, destination }: Comparing, { mapping }: Awaited<ReturnType<typeof decideObjects>>): Difference[] {
  if (sync.level === "table" || typeof sync.objects.include !== "string") return [];
  const known = new Set(
    withUniqueKeys(source.entries).flatMap((keyed) => {
      const { key, entry } = mapping.at(keyed);
      // A schema may be there because something is mapped to it.
      return [looseKey(key), looseKey(`schema ${entry.schema}`)];
    }),
  );
  const select = makeSelect(sync);
  return withUniqueKeys(destination.entries).flatMap(({ key, entry }): Difference[] => {
    const kind = kindOfEntry(entry);
    if (
      known.has(looseKey(key)) ||
      kind === undefined ||
      isSessionSetting(entry) ||
      ["comment", "privilege", "default-privilege", "security-label", "database-setting"].includes(kind)
    )
      return [];
    return select(kind, entry.schema, entry.tag, undefined) ? [{ key, difference: "extra", reason: "not-in-source" }] : [];
  });
}

function pageOfTable({ key, rows, equal, differences, more, problem }: TableComparison): ComparePage {
  if (problem !== undefined) return { equal: 0, differences: [{ key, difference: "unknown", reason: problem.message }] };
  if (equal) return { equal: 1, differences: [] };
  const counts =
    rows === undefined || rows.source === rows.destination ? undefined : `${rows.source} rows at the source, ${rows.destination} at the destination`;
  const told = differences.map(({ difference, rowKey, columns }): Difference => ({
    key: `${key} ${rowKey}`,
    difference,
    reason: difference === "different" ? "values" : difference === "missing" ? "not-in-destination" : "not-in-source",
    ...(columns !== undefined && { columns }),
  }));
  const rest: Difference[] =
    more > 0 || told.length === 0 ? [{ key, difference: "different", reason: counts ?? (more > 0 ? `${more} more rows differ` : "rows differ") }] : [];
  return { equal: 0, differences: [...told, ...rest] };
}

function sequencesPage({ sync, source, destination }: Comparing, { select, targetOf, planned }: Awaited<ReturnType<typeof decideObjects>>): ComparePage {
  const isSelected = selectSequences({ sync, select, objects: planned });
  const pairs = source.sequences
    .filter(isSelected)
    .map(({ schema, name }) => ({ key: `sequence-value ${shownName(schema, name)}`, source: { schema, name }, destination: targetOf(schema, name) }));
  const compared = compareSequences({ pairs, source: source.sequences, destination: destination.sequences, margin: sync.sequences.margin });
  const differences = compared.flatMap(({ key, difference, source: one, destination: other }): Difference[] =>
    difference === "equal" ? [] : [{ key, difference, reason: `${one?.last ?? "none"} at the source, ${other?.last ?? "none"} at the destination` }],
  );
  return pageOf("values", differences, compared.length - differences.length);
}

/** A materialized view that is filled at the source only. Which rows are in it follows from its query, and is not compared. */
function viewsPage(
  { sync, source, destination }: Comparing,
  { planned, select, targetOf }: Awaited<ReturnType<typeof decideObjects>>,
  level: CompareLevel,
): ComparePage {
  const views = new Map(planned.filter(({ kind }) => kind === "materialized-view").map(({ action }) => [action.key, action]));
  const actions = planRefreshes({ sync, source: source.relations, destination: destination.relations, select, targetOf, views }).map(({ action }) => action);
  // A view that is missing is told of among the objects.
  const unfilled = actions.filter(({ action, reason }) => action !== "skip" && reason !== "absent");
  return pageOf(
    level,
    unfilled.map(({ key, reason }) => ({ key, difference: "different", reason })),
    actions.filter(isEqual).length,
  );
}

async function* largeObjectPages({ sync, ends, source, destination }: Comparing, signal: AbortSignal): AsyncGenerator<ComparePage> {
  if (!hasLargeObjects(sync) || source.largeObjects + destination.largeObjects === 0) return;
  const from = await openSession(ends.source);
  try {
    const to = await openSession(ends.destination);
    try {
      yield* compareLargeObjects(from, to, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TidemarkError)) throw error;
      yield pageOf("values", [{ key: "large-objects", difference: "unknown", reason: error.message }], 0);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
