import type { NumberedAction } from "../../changeset/action.ts";
import type { ItemVersion } from "../../core/version.ts";
import { readDatabaseDetail } from "../../driver/database-action.ts";
import { sizeOf } from "../words.ts";
import type { PageRow } from "./chunks.ts";
import type { RowDetail } from "./page-data.ts";

/** When a version was last changed. @returns milliseconds since the epoch; undefined where it is not told */
export function modifiedAt(version: ItemVersion | undefined): number | undefined {
  const modified = version?.modified;
  if (modified === undefined) return undefined;
  const at = /^\d+(?:\.\d+)?$/.test(modified) ? Number(modified) * 1000 : Date.parse(modified);
  return Number.isFinite(at) ? at : undefined;
}

/**
 * An action as a row of the table.
 *
 * @param kind what its colour and first column say: the action, or what became of it
 */
export function toRow(action: NumberedAction, kind: string, reason: string, said: RowDetail = {}): PageRow {
  const { key, sync, rows = 0, source, destination } = action;
  const detail = { ...detailOf(action), ...said };
  return {
    kind,
    action: action.action,
    key,
    bytes: sizeOf(action),
    rows,
    at: modifiedAt(source ?? destination),
    reason,
    sync,
    detail: Object.values(detail).some((value) => value !== undefined) ? detail : undefined,
  };
}

function detailOf({ action, detail, destination }: NumberedAction): RowDetail {
  const replaced = action === "overwrite" && destination !== undefined ? { bytes: destination.size, at: seconds(modifiedAt(destination)) } : undefined;
  const said = readDatabaseDetail(detail);
  if (said === undefined) return { message: detail, replaced };
  const { ddl, difference, remark, where, columns, owner } = said;
  return { ddl: ddl === "" ? undefined : ddl, difference, message: remark, where, columns, owner, replaced };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms / 1000);
}
