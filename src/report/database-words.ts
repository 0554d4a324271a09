import type { ActionKind, NumberedAction } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { formatBytes } from "../core/units.ts";
import { DATABASE_KINDS, type DatabaseKind, readDatabaseDetail } from "../driver/database-action.ts";
import { counted, READING_ORDER } from "./words.ts";

/** `other`: what the key of an action does not tell, since a changeset is untrusted input. */
export type CountedKind = DatabaseKind | "other";

/** Items by kind of database object, in the order of `DATABASE_KINDS`. */
export type KindCounts = ReadonlyMap<CountedKind, number>;

const KNOWN: ReadonlySet<string> = new Set(DATABASE_KINDS);
/** What has no plural by rule, or is called otherwise where it is counted. */
const WORDS: Readonly<Partial<Record<CountedKind, readonly [one: string, many: string]>>> = {
  "row-security": ["table with row security", "tables with row security"],
  statistics: ["statistics object", "statistics objects"],
  "large-object": ["large object", "large objects"],
  "large-objects": ["set of large objects", "sets of large objects"],
  refresh: ["filled view", "filled views"],
  other: ["other", "others"],
};

/** Kind of the database object that an action is about: the first word of its key, or else what its detail says. */
function kindOf({ key, detail }: NumberedAction): CountedKind {
  const end = key.indexOf(" ");
  const word = end === -1 ? key : key.slice(0, end);
  // SAFETY: KNOWN holds nothing else. Most details need not be parsed for this.
  return KNOWN.has(word) ? (word as DatabaseKind) : (readDatabaseDetail(detail)?.kind ?? "other");
}

/** `1 table`, `20 indexes`, `3 foreign keys`, `rows of 12 tables`. */
function countedKind(count: number, kind: CountedKind): string {
  if (kind === "rows") return `rows of ${counted(count, "table")}`;
  const [one, many] = WORDS[kind] ?? ruled(kind.replaceAll("-", " "));
  return counted(count, one, many);
}

/** What a kind is called where several are meant: `tables`, `foreign keys`, `rows`. */
export function kindWord(kind: CountedKind): string {
  return kind === "rows" ? "rows" : (WORDS[kind] ?? ruled(kind.replaceAll("-", " ")))[1];
}

function ruled(word: string): readonly [one: string, many: string] {
  if (/[^aeiou]y$/.test(word)) return [word, `${word.slice(0, -1)}ies`];
  return [word, /(?:s|x|sh|ch)$/.test(word) ? `${word}es` : `${word}s`];
}

/** `12 tables, 20 indexes`. */
export function kindsSentence(counts: KindCounts): string {
  return [...counts].map(([kind, count]) => countedKind(count, kind)).join(", ");
}

/** Everything of a sync that is told one by one: effects, conflicts, what is not synced. */
const TOLD: readonly ActionKind[] = READING_ORDER.filter((kind) => kind !== "skip");

/** Counts a database sync's actions by what they are about. One pass; skips are left out, since a changeset need not list them. */
export function countKinds(changeset: Changeset, sync: string, kinds: readonly ActionKind[] = TOLD): ReadonlyMap<ActionKind, KindCounts> {
  const found = new Map<ActionKind, Map<CountedKind, number>>();
  for (const action of changeset.actions({ sync, kinds })) {
    const counts = found.get(action.action) ?? new Map<CountedKind, number>();
    found.set(action.action, counts);
    const kind = kindOf(action);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const order: readonly CountedKind[] = [...DATABASE_KINDS, "other"];
  const sorted = (counts: KindCounts) => new Map(order.flatMap((kind) => (counts.has(kind) ? [[kind, counts.get(kind) ?? 0] as const] : [])));
  return new Map(READING_ORDER.flatMap((kind) => (found.has(kind) ? [[kind, sorted(found.get(kind) ?? new Map())] as const] : [])));
}

/** `about 5,000,000 rows, 780 MB`; "" where nothing would be moved. Both are estimates. */
export function estimate({ rows, bytes }: { readonly rows: number; readonly bytes: number }): string {
  return [...(rows > 0 ? [`about ${counted(rows, "row")}`] : []), ...(bytes > 0 ? [formatBytes(bytes)] : [])].join(", ");
}

/** What is not synced, for one reason. */
export interface NotSyncedGroup {
  readonly reason: string;
  /** Why, in a sentence: of the first of them. */
  readonly remark: string | undefined;
  readonly items: number;
  /** The first of them. */
  readonly keys: readonly string[];
}

const MOST_GROUPS = 50;

/** Groups by reason, those with most items first. Bounded whatever there is: as many names as asked for, and a last group for rare reasons. */
export function groupNotSynced(changeset: Changeset, sync: string, most: number): readonly NotSyncedGroup[] {
  const groups = new Map<string, { remark: string | undefined; items: number; keys: string[] }>();
  for (const { key, reason, detail } of changeset.actions({ sync, kinds: ["notSynced"] })) {
    const known = groups.get(reason) ?? (groups.size >= MOST_GROUPS ? groups.get("other") : undefined);
    const group = known ?? { remark: readDatabaseDetail(detail)?.remark, items: 0, keys: [] };
    if (known === undefined) groups.set(groups.size >= MOST_GROUPS ? "other" : reason, group);
    group.items += 1;
    if (group.keys.length < most) group.keys.push(key);
  }
  return [...groups].map(([reason, group]) => ({ reason, ...group })).toSorted((a, b) => b.items - a.items);
}

/** What applying a database sync would destroy, in words that cannot be overlooked. */
export function databaseLosses(changeset: Changeset, { header, actions }: SyncSummary): string[] {
  if (actions.replace.items + actions.delete.items === 0) return [];
  const kinds = countKinds(changeset, header.name, ["replace", "delete"]);
  const replaced = kinds.get("replace");
  const tables = replaced?.get("rows") ?? 0;
  const others = new Map([...(replaced ?? [])].filter(([kind]) => kind !== "rows"));
  const deleted = kinds.get("delete");
  const lines: string[] = [];
  if (deleted) lines.push(`${counted(actions.delete.items, "object")} will be DELETED at the destination: ${kindsSentence(deleted)}.`);
  if (tables > 0) lines.push(`${counted(tables, "table")} will be EMPTIED and filled again.`);
  if (others.size > 0) lines.push(`${counted(actions.replace.items - tables, "object")} will be REPLACED at the destination: ${kindsSentence(others)}.`);
  return lines;
}
