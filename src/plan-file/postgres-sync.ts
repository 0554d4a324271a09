import { limitFlow } from "../core/flow.ts";
import type { DatabaseSelection, NameMap, PostgresLocation, PostgresSync, TableRules } from "../core/sync-plan.ts";
import { parseByteRate } from "../core/units.ts";
import { findLocation, type Locations } from "./ends.ts";
import { buildFlow } from "./flow.ts";
import type { PostgresSync as PostgresSyncFile } from "./generated/plan.ts";
import { parseInstant } from "./instants.ts";
import type { Part } from "./part.ts";

const SESSIONS = 6;
/** Of a source that goes on being written to. */
const MARGIN = 10_000;

interface Ends {
  readonly from: { readonly location: PostgresLocation };
  readonly to: { readonly location: PostgresLocation };
}

/** Fills in every default of a database sync. Rules are checked elsewhere. */
export function buildPostgresSync(name: string, part: Part<PostgresSyncFile>, ends: Ends, locations: Locations): PostgresSync {
  const { value } = part;
  const { synchronize = {}, sequences = {}, accounts = {}, rows = {}, rate = {}, schedule = {} } = value;
  return {
    kind: "postgres",
    name,
    renamedFrom: value.renamedFrom,
    needs: value.needs ?? [],
    priority: value.priority ?? 0,
    ...ends,
    level: value.level ?? "database",
    objects: buildSelection(value.objects),
    synchronize: {
      indexes: synchronize.indexes ?? true,
      populateMaterializedViews: synchronize.populateMaterializedViews ?? true,
    },
    tables: buildTables(value.tables),
    map: buildMap(value.map),
    shadow: shadowOf(part, locations),
    // Repairing rows is refused before anything is done.
    rows: { onDifferent: rows.onDifferent === undefined || rows.onDifferent === "repair" ? "report" : rows.onDifferent },
    sequences: { margin: sequences.margin ?? (value.mode === "full+incremental" ? MARGIN : 0) },
    accounts: { include: list(accounts.include) ?? "all", exclude: accounts.exclude ?? [] },
    sessions: value.sessions ?? SESSIONS,
    resume: value.resume ?? "consistent",
    flow: limitFlow(buildFlow(value), rate.bytes === undefined ? undefined : parseByteRate(rate.bytes)),
    startAt: schedule.start === undefined || schedule.start === "now" ? undefined : parseInstant(schedule.start),
  };
}

/** The schema lets a text be one of the words only. */
function list(include: string | readonly string[] | undefined): "none" | "all" | readonly string[] | undefined {
  return typeof include === "string" ? (include === "none" ? "none" : "all") : include;
}

function buildSelection({ include = "default", exclude = [] }: NonNullable<PostgresSyncFile["objects"]> = {}): DatabaseSelection {
  const selectors = (chosen: typeof exclude) => chosen.map(({ kind, schema, name }) => ({ kind, schema, name }));
  return {
    include: typeof include === "string" ? (include === "all" ? "all" : "default") : selectors(include),
    exclude: selectors(exclude),
  };
}

function buildTables(tables: PostgresSyncFile["tables"]): Record<string, TableRules> {
  return record(tables, ({ where, columns, rows = true }) => ({ where, columns, rows }));
}

function buildMap({ database, schemas, tables, rename = [] }: NonNullable<PostgresSyncFile["map"]> = {}): NameMap {
  return {
    database,
    schemas: record(schemas, (name) => name),
    tables: record(tables, (name) => name),
    rename: rename.map(({ from, to }) => ({ from, to })),
  };
}

function shadowOf(part: Part<PostgresSyncFile>, locations: Locations): PostgresLocation | undefined {
  const location = part.value.shadow === undefined ? undefined : findLocation(part, ["shadow"], locations);
  return location?.type === "postgres" ? location : undefined;
}

/** Names are the user's: `fromEntries` makes own properties of all of them, `__proto__` too. */
function record<T, R>(map: Readonly<Record<string, T | undefined>> | undefined, make: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(map ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, make(value)]])));
}
