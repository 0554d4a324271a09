import type { Action } from "../../changeset/action.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import type { ItemVersion } from "../../core/version.ts";
import { ROWS_NOT_COMPARED, writeDatabaseDetail } from "../../driver/database-action.ts";
import type { ItemRecord } from "../../state/state-store.ts";
import { bothConditions, type Configuration } from "../catalog/configuration.ts";
import type { Relation } from "../catalog/relations.ts";
import { qualifiedName, shownName } from "../names.ts";
import { fingerprintOf } from "./definition.ts";
import type { Planned } from "./planned.ts";
import type { TargetOf } from "./plan-values.ts";
import type { DestinationFacts, SourceFacts } from "./read-ends.ts";
import type { Select, TableName } from "./select.ts";
import { makeSelectConfiguration } from "./select-configuration.ts";

/** One table's rows, at both ends. */
export interface RowsPair {
  readonly key: string;
  readonly source: Relation;
  /** Its name at the destination. */
  readonly target: TableName;
  /** undefined: still to be created. */
  readonly destination: Relation | undefined;
  readonly columns: readonly string[];
  readonly where: string | undefined;
  /** Of a table of an extension; undefined: of all others. */
  readonly configuration?: Configuration | undefined;
}

export interface PairRowsOptions {
  readonly sync: PostgresSync;
  readonly source: SourceFacts;
  readonly destination: DestinationFacts;
  readonly select: Select;
  readonly targetOf: TargetOf;
  /** What is decided about objects: rows go where their table does. */
  readonly objects: readonly Planned[];
}

/** The tables whose rows are part of a sync. */
export function pairRows({ sync, source, destination, select, targetOf, objects }: PairRowsOptions): RowsPair[] {
  const selectConfiguration = makeSelectConfiguration(sync, objects);
  const tables = new Set(objects.filter(({ kind }) => kind === "table").map(({ action }) => action.key));
  const there = new Map(destination.relations.map((relation) => [qualifiedName(relation.schema, relation.name), relation]));
  return source.relations.flatMap((relation: Relation): RowsPair[] => {
    const { schema, name } = relation;
    const rules = sync.tables[`${schema}.${name}`];
    const target = targetOf(schema, name);
    const { configuration } = relation;
    if (relation.relkind !== "r" || rules?.rows === false) return [];
    if (relation.extension || configuration !== undefined) {
      if (configuration === undefined || !selectConfiguration(configuration.extension, "table", schema, name)) return [];
    } else if (!select("table", schema, name, undefined) || !tables.has(`table ${shownName(schema, name)}`)) return [];
    const columns = relation.columns.map((column) => column.name).filter((column) => rules?.columns === undefined || rules.columns.includes(column));
    return [
      {
        key: `rows ${shownName(schema, name)}`,
        source: relation,
        target,
        destination: there.get(qualifiedName(target.schema, target.name)),
        columns,
        where: bothConditions(configuration?.condition, rules?.where),
        configuration,
      },
    ];
  });
}

export interface PlanRowsOptions {
  readonly sync: PostgresSync;
  readonly pairs: readonly RowsPair[];
  /** By key: tables that hold rows now. */
  readonly sourceFilled: ReadonlySet<string>;
  readonly destinationFilled: ReadonlySet<string>;
  /** By key: tables of extensions that hold rows at the destination which came with the extension. */
  readonly shipped: ReadonlySet<string>;
  /** Of earlier runs, by key. */
  readonly recorded: ReadonlyMap<string, ItemRecord>;
  /** Runs whose rows do not belong to one snapshot: they were interrupted. */
  readonly brokenRuns: ReadonlySet<string>;
  /** Keys of tables whose rows such a run was to write: what is in them is ours. */
  readonly interrupted: ReadonlySet<string>;
  /** Tables whose definition is another at the destination, or that are not created. By key. */
  readonly unusable: ReadonlyMap<string, string>;
  /** By key, where rows were compared: how they differ; undefined where they are equal. */
  readonly compared: ReadonlyMap<string, string | undefined> | undefined;
}

/** What rows of a table are made of: it changes when any column of the table does, also one that does not travel. */
export function rowsFingerprint({ source, columns, where }: Pick<RowsPair, "source" | "columns" | "where">): string {
  return fingerprintOf(JSON.stringify([source.columns.map(({ name, type }) => [name, type]), columns, where ?? null]));
}

/** Decides about the rows of every table. */
export function planRows(options: PlanRowsOptions): Planned[] {
  return options.pairs.map((pair): Planned => ({ phase: "rows", kind: "rows", action: decide(pair, options) }));
}

/** Why the rows of a table of an extension cannot travel. */
export function closedBy({ configuration, destination }: RowsPair): string | undefined {
  if (configuration?.problem !== undefined) return `At the source: ${configuration.problem}`;
  const problem = configuration && destination?.configuration?.problem;
  return problem && `At the destination: ${problem}`;
}

const SHIPPED = "The destination's table holds only what came with the extension: the source's rows take its place.";

function decide(pair: RowsPair, options: PlanRowsOptions): Action {
  const { key, source, destination, columns, where } = pair;
  const { sync, recorded, brokenRuns, interrupted, compared } = options;
  const fingerprint = rowsFingerprint(pair);
  const action = (kind: Action["action"], reason: string, more: { readonly remark?: string | undefined; readonly destination?: ItemVersion } = {}): Action => ({
    action: kind,
    key,
    reason,
    bytes: kind === "copyRows" || kind === "replace" ? source.bytes : 0,
    rows: kind === "copyRows" || kind === "replace" ? source.rows : undefined,
    source: { fingerprint },
    destination: more.destination,
    detail: writeDatabaseDetail({
      kind: "rows",
      schema: source.schema,
      name: source.name,
      table: shownName(pair.target.schema, pair.target.name),
      columns,
      where,
      remark: more.remark,
    }),
  });

  const unusable = options.unusable.get(key);
  if (unusable !== undefined) return action("conflict", "table-unusable", { remark: unusable });
  const closed = closedBy(pair);
  if (closed !== undefined) return action("notSynced", "configuration-closed", { remark: closed });
  if (destination === undefined) return action("copyRows", "absent");
  const missing = columns.filter((name) => !destination.columns.some((column) => column.name === name));
  if (missing.length > 0) return action("conflict", "columns-missing", { remark: `The destination's table has no column ${missing.join(", ")}.` });

  const record = recorded.get(key);
  const isFilled = options.destinationFilled.has(key);
  const isBroken = record?.source.versionId !== undefined && brokenRuns.has(record.source.versionId) && sync.resume === "consistent";
  if (interrupted.has(key) && (record === undefined || isBroken))
    return action("copyRows", isFilled ? "interrupted" : "empty", { remark: isFilled ? "An interrupted run left rows: they are removed first." : undefined });
  if (!isFilled && options.shipped.has(key)) return action("copyRows", "shipped-rows", { remark: SHIPPED });
  if (!isFilled) return options.sourceFilled.has(key) ? action("copyRows", "empty") : action("skip", "both-empty");
  if (compared?.has(key) === true) return ofComparison(compared.get(key));
  if (record?.source.fingerprint === fingerprint) return action("skip", ROWS_NOT_COMPARED);
  return onDifferent(
    "rows-exist",
    "The destination's table has rows that nobody compared: `plan --compare` does, and `rows: { onDifferent: replace }` replaces them.",
  );

  function ofComparison(difference: string | undefined): Action {
    return difference === undefined ? action("skip", "rows-equal") : onDifferent("rows-differ", difference);
  }

  function onDifferent(reason: string, remark: string): Action {
    switch (sync.rows.onDifferent) {
      case "report":
        return action("conflict", reason, { remark });
      case "ignore":
        return action("skip", `${reason}-ignored`, { remark });
      case "replace":
        return action("replace", reason, { destination: { fingerprint: "filled" } });
    }
  }
}
