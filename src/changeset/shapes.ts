import type { ChangesetOrigin } from "./changeset.ts";
import type { EndHeader, SyncHeader } from "./header.ts";
import type { ActionTotals, ChangesetSummary, PlanNotice } from "./summary.ts";
import type { SyncRemarks } from "./tally.ts";

/**
 * Reads the JSON texts of a changeset. Each function gives undefined where the text is not what a
 * writer writes; fields beyond those are dropped.
 */
export function readOrigin(json: string): ChangesetOrigin | undefined {
  const value = parse(json);
  if (!isObject(value)) return undefined;
  const { plan, planFile, planHash, lineage, tidemark, serial } = value;
  if (!isText(plan) || !isText(planFile) || !isText(planHash) || !isText(lineage) || !isText(tidemark)) return undefined;
  if (serial !== undefined && !isCount(serial)) return undefined;
  return { plan, planFile, planHash, lineage, tidemark, serial };
}

export function readRequests(json: string): ChangesetSummary["requests"] | undefined {
  const value = parse(json);
  if (!isObject(value)) return undefined;
  const { list, head, read } = value;
  return isCount(list) && isCount(head) && isCount(read) ? { list, head, read } : undefined;
}

export function readHeader(json: string): SyncHeader | undefined {
  const value = parse(json);
  if (!isObject(value)) return undefined;
  const { name, kind, destination, options } = value;
  const from = readEnd(value["from"]);
  const to = readEnd(value["to"]);
  if (!isText(name) || (kind !== "objects" && kind !== "postgres") || !isText(destination) || !isText(options) || !from || !to) return undefined;
  return { name, kind, from, to, destination, options };
}

export function readRemarks(json: string): SyncRemarks | undefined {
  const value = parse(json);
  if (!isObject(value)) return undefined;
  const { reasons, listed, notices, stamp } = value;
  const skips = readTotals(value["skips"]);
  if (!skips || !isObject(reasons) || !isObject(listed) || !Array.isArray(notices)) return undefined;
  if (stamp !== undefined && !isText(stamp)) return undefined;
  const { source, destination } = listed;
  if (!isCount(source) || !isCount(destination)) return undefined;
  const counted: [string, number][] = [];
  for (const [reason, items] of Object.entries(reasons)) {
    if (!isCount(items)) return undefined;
    counted.push([reason, items]);
  }
  const read: PlanNotice[] = [];
  for (const notice of notices) {
    if (!isObject(notice)) return undefined;
    const { code, message, hint } = notice;
    if (!isText(code) || !isText(message) || (hint !== undefined && !isText(hint))) return undefined;
    read.push({ code, message, hint });
  }
  return { skips, reasons: Object.fromEntries(counted), listed: { source, destination }, notices: read, stamp };
}

function readEnd(value: unknown): EndHeader | undefined {
  if (!isObject(value)) return undefined;
  const { location, display, identity, resolved } = value;
  return isText(location) && isText(display) && isText(identity) && isText(resolved) ? { location, display, identity, resolved } : undefined;
}

function readTotals(value: unknown): ActionTotals | undefined {
  if (!isObject(value)) return undefined;
  const { items, bytes, rows } = value;
  return isCount(items) && isCount(bytes) && isCount(rows) ? { items, bytes, rows } : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
