import type { Action } from "../../changeset/action.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import { ROWS_NOT_COMPARED, writeDatabaseDetail } from "../../driver/database-action.ts";
import type { ItemRecord } from "../../state/state-store.ts";
import type { ClosedPlaces } from "../catalog/closed-places.ts";
import type { Relation } from "../catalog/relations.ts";
import { isSequenceDone, type SequenceValue, valueFingerprint } from "../catalog/sequences.ts";
import type { Interrupted } from "../intents.ts";
import { qualifiedName, shownName } from "../names.ts";
import { fingerprintOf } from "./definition.ts";
import type { Planned } from "./planned.ts";
import { makeSelect, type Select } from "./select.ts";
import { makeSelectConfiguration } from "./select-configuration.ts";

/** What a table is called at the destination. */
export type TargetOf = (schema: string, name: string) => { readonly schema: string; readonly name: string };

export interface PlanSequencesOptions {
  readonly sync: PostgresSync;
  readonly source: readonly SequenceValue[];
  readonly destination: readonly SequenceValue[];
  readonly select: Select;
  readonly targetOf: TargetOf;
  readonly closed: ClosedPlaces;
  /** Of earlier runs, by key. */
  readonly records: ReadonlyMap<string, ItemRecord>;
  /** What is decided about objects. */
  readonly objects: readonly Planned[];
}

/** Whether the values of sequences go along. */
export function selectSequences({ sync, select, objects }: Pick<PlanSequencesOptions, "sync" | "select" | "objects">): (value: SequenceValue) => boolean {
  const selectConfiguration = makeSelectConfiguration(sync, objects);
  return ({ schema, name, extension }) =>
    extension === undefined ? select("sequence", schema, name, undefined) : selectConfiguration(extension, "sequence", schema, name);
}

/** Reason of a sequence that an earlier run set to where the source's stands still, and that whoever applies may not read now. */
export const VALUE_NOT_COMPARED = "value-not-compared";

/** Where each sequence is to go on. Its value is read when it is applied: it moves all the time, and is no part of the identity. */
export function planSequences({ sync, source, destination, select, targetOf, closed, records, objects }: PlanSequencesOptions): Planned[] {
  const isSelected = selectSequences({ sync, select, objects });
  const there = new Map(destination.map((value) => [qualifiedName(value.schema, value.name), value]));
  return source.flatMap((value): Planned[] => {
    const { schema, name } = value;
    if (!isSelected(value)) return [];
    const target = targetOf(schema, name);
    const other = there.get(qualifiedName(target.schema, target.name));
    const key = `sequence-value ${shownName(schema, name)}`;
    const isUnread =
      other === undefined &&
      closed.sequences.has(qualifiedName(target.schema, target.name)) &&
      records.get(key)?.source.fingerprint === valueFingerprint(value, sync.sequences.margin);
    const isDone = isUnread || (other !== undefined && isSequenceDone(value, other, sync.sequences.margin));
    const action: Action = {
      action: isDone ? "skip" : "copyRows",
      key,
      reason: isUnread ? VALUE_NOT_COMPARED : isDone ? "equal-value" : other === undefined ? "absent" : "value",
      bytes: 0,
      source: undefined,
      destination: undefined,
      detail: writeDatabaseDetail({ kind: "sequence-value", schema, name, table: qualifiedName(target.schema, target.name) }),
    };
    return [{ phase: "rows", kind: "sequence-value", action }];
  });
}

export interface PlanLargeObjectsOptions {
  readonly sync: PostgresSync;
  /** How many there are. */
  readonly source: number;
  readonly destination: number;
  readonly record: ItemRecord | undefined;
  readonly interrupted: Interrupted;
}

const LARGE_OBJECTS = "large-objects";

/** Whether they go along. They have no names: all are chosen by their kind, or none. */
export function hasLargeObjects(sync: PostgresSync): boolean {
  return sync.level === "database" && makeSelect(sync)("large-object", undefined, "*", undefined);
}

/** All large objects are one action: rows refer to them by numbers, and nothing tells which belong to which. */
export function planLargeObjects({ sync, source, destination, record, interrupted }: PlanLargeObjectsOptions): Planned[] {
  if (source === 0 || !hasLargeObjects(sync)) return [];
  const decide = (): readonly [Action["action"], string, string?] => {
    const isBroken = record?.source.versionId !== undefined && interrupted.runs.has(record.source.versionId) && sync.resume === "consistent";
    if (destination === 0) return ["copyRows", "absent"];
    if (interrupted.keys.has(LARGE_OBJECTS) && (record === undefined || isBroken))
      return ["copyRows", "interrupted", "An interrupted run left some: they are written again."];
    if (record !== undefined) return ["skip", ROWS_NOT_COMPARED];
    if (sync.rows.onDifferent === "replace") return ["replace", "rows-exist"];
    if (sync.rows.onDifferent === "ignore") return ["skip", "rows-exist-ignored"];
    return [
      "conflict",
      "rows-exist",
      "The destination has large objects that nobody compared: `rows: { onDifferent: replace }` replaces those of the same number.",
    ];
  };
  const [kind, reason, remark] = decide();
  const isEffect = kind === "copyRows" || kind === "replace";
  const action: Action = {
    action: kind,
    key: LARGE_OBJECTS,
    reason,
    bytes: 0,
    rows: isEffect ? source : undefined,
    source: { fingerprint: LARGE_OBJECTS },
    destination: undefined,
    detail: writeDatabaseDetail({ kind: "large-objects", name: "all", remark }),
  };
  return [{ phase: "rows", kind: "large-objects", action }];
}

export interface PlanRefreshesOptions {
  readonly sync: PostgresSync;
  readonly source: readonly Relation[];
  readonly destination: readonly Relation[];
  readonly select: Select;
  readonly targetOf: TargetOf;
  /** What is decided about materialized views, by key, in the order in which the source made them. */
  readonly views: ReadonlyMap<string, Action>;
}

/** Filling materialized views, each after those that it reads: in the order in which the source made them. */
export function planRefreshes({ sync, source, destination, select, targetOf, views }: PlanRefreshesOptions): Planned[] {
  if (!sync.synchronize.populateMaterializedViews) return [];
  const populated = source.filter(
    ({ relkind, populated: isPopulated, schema, name }) => relkind === "m" && isPopulated && select("materialized-view", schema, name, undefined),
  );
  const byName = new Map(populated.map((view) => [shownTarget(view), view]));
  const there = new Map(destination.map((relation) => [shownTarget(relation), relation]));
  return [...views].flatMap(([key, { action }]): Planned[] => {
    const shown = key.slice("materialized-view ".length);
    const view = byName.get(shown);
    if (view === undefined || action === "notSynced" || action === "conflict") return [];
    const target = targetOf(view.schema, view.name);
    const other = there.get(shownTarget(target));
    const isDone = other?.populated === true;
    const ddl = `REFRESH MATERIALIZED VIEW ${qualifiedName(target.schema, target.name)};`;
    return [
      {
        phase: "finish",
        kind: "refresh",
        action: {
          action: isDone ? "skip" : "create",
          key: `refresh ${shownName(view.schema, view.name)}`,
          reason: isDone ? "populated" : other === undefined ? "absent" : "unpopulated",
          bytes: 0,
          source: { fingerprint: fingerprintOf(ddl) },
          destination: undefined,
          detail: writeDatabaseDetail({ kind: "refresh", schema: view.schema, name: view.name, ddl }),
        },
      },
    ];
  });
}

function shownTarget({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return shownName(schema, name);
}
