import { visible } from "../core/escape.ts";

/** What a workflow command says beside a line of a file. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  /** From the root of the repository: GitHub shows it at no other. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly title: string;
  readonly message: string;
}

/**
 * A line of a job's log that GitHub shows beside a line of the file.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function workflowCommand({ level, file, line, column, endLine, endColumn, title, message }: Annotation): string {
  const properties: readonly (readonly [string, string | number])[] = [
    ["file", file],
    ["line", line],
    ["endLine", endLine],
    // Columns are shown only where both ends are on one line.
    ...(endLine === line ? [["col", column] as const, ["endColumn", endColumn] as const] : []),
    ["title", title],
  ];
  return `::${level} ${properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(",")}::${escapeData(visible(message))}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
