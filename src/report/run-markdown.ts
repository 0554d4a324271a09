import { markdownCode, markdownText } from "../core/escape.ts";
import { formatBytes, formatCount, formatDuration } from "../core/units.ts";
import { LONGEST_KEY, word } from "./markdown-words.ts";
import { MARKDOWN_LIMIT } from "./plan-markdown.ts";
import { outcomeCounts, runItems, type RunRecord } from "./run-items.ts";
import { OUTCOME_NAMES, RUN_STATUS_WORDS } from "./run-words.ts";
import { unappliedText } from "./run-view.ts";
import { counted } from "./words.ts";

const LONGEST_MESSAGE = 500;
/** Of what is left out at the end of a list. */
const ROOM_FOR_REST = 200;

/** A run as a comment: what it came to, a table of its syncs, then what was not applied, as much as there is room for. */
export async function runMarkdown(record: RunRecord, limit: number = MARKDOWN_LIMIT): Promise<string> {
  const { run } = record;
  const counts = outcomeCounts(run);
  const unapplied = Math.max(0, run.items - counts.applied);
  const took = run.finishedAt === undefined ? "" : ` in ${formatDuration(run.finishedAt - run.startedAt)}`;
  let text = `<!-- tidemark:run -->\n## Tidemark: ${word(run.plan)}\n\n`;
  if (unapplied > 0) text += `> [!WARNING]\n> **${counted(unapplied, "item")} not applied:** ${unappliedText(counts)}.\n\n`;
  text += `**${RUN_STATUS_WORDS[run.status]}**: ${formatCount(counts.applied)} of ${counted(run.items, "item")} applied, ${formatBytes(run.appliedBytes)}${took}.\n\n`;
  text += syncTable(record, limit / 2);
  text += await problemTable(record, unapplied, limit - text.length - ROOM_FOR_REST);
  return `${text}\nRun ${markdownCode(run.run)}, plan ID ${markdownCode(run.planId)}.\n`;
}

function syncTable({ run }: RunRecord, room: number): string {
  const outcomes = ["applied", "failed", "inDoubt", "stale", "refused", "cancelled"] as const;
  let text = `| sync | ${outcomes.map((outcome) => OUTCOME_NAMES[outcome]).join(" | ")} |\n|---|${outcomes.map(() => "--:").join("|")}|\n`;
  for (const [name, counts] of Object.entries(run.counts)) {
    const line = `| ${word(name)} | ${outcomes.map((outcome) => formatCount(counts[outcome])).join(" | ")} |\n`;
    if (text.length + line.length > room) return `${text}| and more | | | | | | |\n`;
    text += line;
  }
  return text;
}

async function problemTable(record: RunRecord, unapplied: number, room: number): Promise<string> {
  if (unapplied === 0) return "";
  let text = `\n<details><summary>${counted(unapplied, "item")} not applied</summary>\n\n| | key | why |\n|---|---|---|\n`;
  let shown = 0;
  for await (const { outcome, key, problem } of runItems(record)) {
    if (outcome === "applied") continue;
    const why =
      problem === undefined ? "" : `${markdownText(problem.message ?? "", { maxLength: LONGEST_MESSAGE })} ${markdownCode(problem.code ?? "UNKNOWN")}`;
    const line = `| ${OUTCOME_NAMES[outcome]} | ${markdownCode(key, { maxLength: LONGEST_KEY })} | ${why} |\n`;
    if (text.length + line.length > room) break;
    text += line;
    shown += 1;
  }
  if (shown < unapplied) text += `| | … and ${formatCount(unapplied - shown)} more | |\n`;
  return `${text}\n</details>\n`;
}
