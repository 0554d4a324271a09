import type { ActionKind } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { markdownCode, markdownText, visible } from "../core/escape.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import { readDatabaseDetail } from "../driver/database-action.ts";
import { linesOf } from "./code-lines.ts";
import { type KindCounts, kindsSentence } from "./database-words.ts";
import { fenced, LONGEST_KEY, word } from "./markdown-words.ts";
import { ACTION_WORDS, counted, notCompared, READING_ORDER } from "./words.ts";

const LONGEST_REMARK = 500;
/** Actions that have no place in the list of what would be done. */
const LISTED: readonly ActionKind[] = READING_ORDER.filter((kind) => kind !== "skip");
const CREATES: readonly ActionKind[] = ["create", "replace"];

/** Rows of the table of database syncs, its head before them. "" where there is none. */
export function databaseTable(syncs: readonly SyncSummary[]): string {
  if (syncs.length === 0) return "";
  const lines = [
    "| sync | from → to | replace | create | fill | conflict | not synced | unchanged | not compared | rows | to move |",
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
  ];
  for (const sync of syncs) {
    const { header, actions } = sync;
    const ends = `${markdownCode(header.from.display, { maxLength: LONGEST_KEY })} → ${markdownCode(header.to.display, { maxLength: LONGEST_KEY })}`;
    const numbers = [actions.replace, actions.create, actions.copyRows, actions.conflict, actions.notSynced, actions.skip].map(({ items }) =>
      formatCount(items),
    );
    const moved = actions.copyRows.rows + actions.replace.rows;
    const cells = [
      ...numbers,
      formatCount(notCompared([sync])),
      moved === 0 ? "0" : `≈ ${formatCount(moved)}`,
      formatBytes(actions.copyRows.bytes + actions.replace.bytes),
    ];
    lines.push(`| ${word(header.name)} | ${ends} | ${cells.join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

export interface DatabaseDetailsOptions {
  /** Characters that there is room for. */
  readonly room: number;
  /** Of each kind of action; undefined: all. */
  readonly samples: number | undefined;
  readonly differences: boolean;
  readonly definitions: boolean;
  /** Counts by kind of object, found out once. */
  kindsOf(sync: string): ReadonlyMap<ActionKind, KindCounts>;
}

/** The actions of a database sync, collapsed. @returns undefined where they would not fit, found out without building more */
export function databaseDetails(changeset: Changeset, { header, actions }: SyncSummary, options: DatabaseDetailsOptions): string | undefined {
  const kinds = LISTED.filter((kind) => actions[kind].items > 0);
  if (kinds.length === 0) return "";
  const items = kinds.reduce((total, kind) => total + actions[kind].items, 0);
  let text = `\n<details><summary>${word(header.name)}: ${counted(items, "action")}</summary>\n\n${kindsList(options.kindsOf(header.name))}\n| | key | rows | size | reason |\n|---|---|--:|--:|---|\n`;
  for (const kind of kinds) {
    let shown = 0;
    for (const { key, rows = 0, bytes, reason, detail } of changeset.actions({ sync: header.name, kinds: [kind], ...sampled(options) })) {
      const moved = [rows > 0 ? `≈ ${formatCount(rows)}` : "", bytes > 0 ? formatBytes(bytes) : ""];
      text += `| ${ACTION_WORDS[kind].word} | ${markdownCode(key, { maxLength: LONGEST_KEY })} | ${moved.join(" | ")} | ${why(reason, detail)} |\n`;
      shown += 1;
      if (text.length > options.room) return undefined;
    }
    if (shown < actions[kind].items) text += `| ${ACTION_WORDS[kind].word} | … and ${formatCount(actions[kind].items - shown)} more | | | |\n`;
  }
  text += "\n</details>\n";
  for (const add of [options.differences ? differences : undefined, options.definitions ? definitions : undefined]) {
    const added = add?.(changeset, header.name, { ...options, room: options.room - text.length });
    if (add !== undefined && added === undefined) return undefined;
    text += added ?? "";
  }
  return text.length > options.room ? undefined : text;
}

function sampled({ samples }: DatabaseDetailsOptions) {
  return samples === undefined ? {} : { limit: samples, largestFirst: true };
}

function kindsList(kinds: ReadonlyMap<ActionKind, KindCounts>): string {
  return [...kinds].map(([kind, counts]) => `- ${ACTION_WORDS[kind].word}: ${kindsSentence(counts)}\n`).join("");
}

function why(reason: string, detail: string | undefined): string {
  const { remark, where } = readDatabaseDetail(detail) ?? {};
  const condition = where === undefined ? "" : `, only rows where ${markdownCode(where, { maxLength: LONGEST_KEY })}`;
  return `${word(reason)}${condition}${remark === undefined ? "" : `: ${markdownText(remark, { maxLength: LONGEST_REMARK })}`}`;
}

/** How what is left alone differs. */
function differences(changeset: Changeset, sync: string, options: DatabaseDetailsOptions): string | undefined {
  let text = "";
  for (const { key, detail } of changeset.actions({ sync, kinds: ["conflict"], ...sampled(options) })) {
    const difference = readDatabaseDetail(detail)?.difference;
    if (difference === undefined) continue;
    text += `\n${markdownCode(key, { maxLength: LONGEST_KEY })} differs (\`-\` destination, \`+\` source):\n\n${fenced(linesOf(difference), "diff")}`;
    if (text.length > options.room) return undefined;
  }
  if (text === "") return "";
  return `\n<details><summary>${word(sync)}: how conflicts differ</summary>\n${text}\n</details>\n`;
}

function definitions(changeset: Changeset, sync: string, { room }: DatabaseDetailsOptions): string | undefined {
  const lines: string[] = [];
  let length = 0;
  for (const { key, detail } of changeset.actions({ sync, kinds: CREATES })) {
    const ddl = readDatabaseDetail(detail)?.ddl;
    if (ddl === undefined || ddl === "") continue;
    const added = [...(lines.length === 0 ? [] : [""]), `-- ${visible(key, { maxLength: LONGEST_KEY })}`, ...linesOf(ddl)];
    lines.push(...added);
    length += added.reduce((total, line) => total + line.length + 1, 0);
    if (length > room) return undefined;
  }
  if (lines.length === 0) return "";
  const text = `\n<details><summary>${word(sync)}: definitions</summary>\n\n${fenced(lines, "sql")}\n</details>\n`;
  return text.length > room ? undefined : text;
}
