import type { NumberedAction } from "../../changeset/action.ts";
import type { SyncHeader } from "../../changeset/header.ts";
import { visible } from "../../core/escape.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import type { ItemVersion } from "../../core/version.ts";
import { type DatabaseDetail, readDatabaseDetail } from "../../driver/database-action.ts";
import { linesOf } from "../../report/code-lines.ts";
import { estimate } from "../../report/database-words.ts";
import { tint } from "../../report/sync-lines.ts";
import { ACTION_WORDS } from "../../report/words.ts";
import { cell, wrapText } from "../text.ts";
import type { Theme } from "../theme.ts";
import { shownTime } from "./shown-time.ts";
import { paintSql } from "./sql-paint.ts";

const LABEL = 14;
const NARROWEST_COLUMNS = 24;
/** A definition of any length is a text in memory; what is past this many lines is said. */
const MOST_LINES = 20_000;

export interface DetailLinesOptions {
  readonly columns: number;
  readonly theme: Theme;
}

/** All that is known of an action: what, why, both versions, and of a database object its definition or how both differ. */
export function detailLines(action: NumberedAction, header: SyncHeader, { columns, theme }: DetailLinesOptions): string[] {
  const color = tint(action.action, theme);
  const { mark, word } = ACTION_WORDS[action.action];
  const width = Math.max(1, columns - 1);
  const field = (label: string, text: string, style: (line: string) => string = (line) => line) =>
    wrapText(text, Math.max(1, width - LABEL)).map((line, at) => `${theme.faint(cell(at === 0 ? label : "", LABEL))}${style(line)}`);
  const lines = [
    ...wrapText(`${mark} ${word}  ${visible(action.key)}`, width).map((line) => theme.strong(color(line))),
    "",
    ...field("why", visible(action.reason)),
    ...field("from", visible(header.from.display)),
    ...field("to", visible(header.to.display)),
  ];
  const moved = action.rows === undefined ? (action.bytes > 0 ? exactBytes(action.bytes) : "") : estimate({ rows: action.rows, bytes: action.bytes });
  if (moved !== "") lines.push(...field("moves", moved));
  lines.push("", ...versionLines(action, { columns: width, theme }));
  const detail = header.kind === "postgres" ? readDatabaseDetail(action.detail) : undefined;
  if (detail !== undefined) lines.push(...databaseLines(detail, field, { columns: width, theme }));
  else if (action.detail !== undefined) lines.push("", ...field("note", visible(action.detail)));
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), theme.faint(`… and ${formatCount(lines.length - MOST_LINES)} more lines`)];
}

interface VersionRow {
  readonly label: string;
  readonly of: (version: ItemVersion) => string | undefined;
}

const VERSION_ROWS: readonly VersionRow[] = [
  { label: "size", of: ({ size }) => (size === undefined ? undefined : exactBytes(size)) },
  { label: "changed", of: ({ modified }) => (modified === undefined ? undefined : shownTime(modified)) },
  { label: "ETag", of: ({ etag }) => etag },
  { label: "version id", of: ({ versionId }) => versionId },
  { label: "fingerprint", of: ({ fingerprint }) => fingerprint },
];

/** Both versions beside each other; one below the other where there is no room. What differs is in colour. */
function versionLines({ source, destination }: NumberedAction, { columns, theme }: DetailLinesOptions): string[] {
  // Neither is known, as of a name that is no text: that is not to say that nothing is there.
  if (source === undefined && destination === undefined) return [];
  const half = Math.floor((columns - LABEL) / 2);
  const rows = VERSION_ROWS.map(({ label, of }) => ({ label, left: source && of(source), right: destination && of(destination) })).filter(
    ({ left, right }) => left !== undefined || right !== undefined,
  );
  const differs = (left: string | undefined, right: string | undefined) => source !== undefined && destination !== undefined && left !== right;
  const sides: readonly (readonly [name: string, version: ItemVersion | undefined])[] = [
    ["at the source", source],
    ["at the destination", destination],
  ];
  if (half < NARROWEST_COLUMNS) {
    return sides.flatMap(([name, version], side) => [
      theme.strong(`${name}${version === undefined ? ": nothing" : ""}`),
      ...rows.flatMap(({ label, left, right }) => {
        const value = side === 0 ? left : right;
        if (value === undefined) return [];
        const style = differs(left, right) ? theme.change : (text: string) => text;
        return [`${theme.faint(cell(label, LABEL))}${style(cell(visible(value), Math.max(1, columns - LABEL)).trimEnd())}`];
      }),
      "",
    ]);
  }
  return [
    `${" ".repeat(LABEL)}${sides.map(([name, version]) => theme.strong(cell(version === undefined ? `${name}: nothing` : name, half - 1))).join(" ")}`,
    ...rows.map(({ label, left, right }) => {
      const style = differs(left, right) ? theme.change : (text: string) => text;
      return `${theme.faint(cell(label, LABEL))}${style(cell(visible(left ?? ""), half - 1))} ${style(cell(visible(right ?? ""), half - 1).trimEnd())}`;
    }),
    "",
  ];
}

type Field = (label: string, text: string) => string[];

function databaseLines(detail: DatabaseDetail, field: Field, { columns, theme }: DetailLinesOptions): string[] {
  const { kind, owner, table, columns: travelling, where, remark, difference, ddl } = detail;
  const lines = [
    ...field("kind", kind.replaceAll("-", " ")),
    ...(table === undefined ? [] : field("table", visible(table))),
    ...(owner === undefined ? [] : field("owner", visible(owner))),
    ...(travelling === undefined ? [] : field("columns", travelling.map((column) => visible(column)).join(", "))),
    ...(where === undefined ? [] : field("rows where", visible(where))),
    ...(remark === undefined ? [] : field("remark", visible(remark))),
  ];
  if (difference !== undefined && difference !== "") {
    lines.push("", theme.strong("how they differ") + theme.faint("  - destination, + source"));
    for (const line of linesOf(difference)) {
      const style = line.startsWith("-") ? theme.remove : line.startsWith("+") ? theme.add : theme.faint;
      lines.push(...wrapText(line, columns).map(style));
    }
  }
  if (ddl !== undefined && ddl !== "") {
    lines.push("", theme.strong("what creates it"));
    lines.push(...linesOf(ddl).flatMap((line) => wrapText(line, columns).map((part) => paintSql(part, theme))));
  }
  return lines;
}

/** `2.4 MB (2,400,123 bytes)`. */
function exactBytes(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${formatBytes(bytes)} (${formatCount(bytes)} bytes)`;
}
