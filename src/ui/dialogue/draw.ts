import { visible } from "../../core/escape.ts";
import { lineOf, type Piece } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import { cutMiddle, widthOf, wrapText } from "../text.ts";
import type { Theme } from "../theme.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Question, Remark } from "./question.ts";

const MARKS = { good: "✓", warn: "!", bad: "✗", plain: "·" } as const;

/** A dialogue as lines: what was answered, the question, and what is known of its answer. */
export function dialogueLines(dialogue: Dialogue, title: string, { columns, rows }: ScreenSize, theme: Theme): string[] {
  const { question } = dialogue;
  const before = dialogue.answered.flatMap((asked) => answeredLines(asked, columns, theme));
  if (question === undefined) return fitted([theme.strong(title), ...before], rows);
  const own = [
    ...wrapText(question.title, columns).map(theme.strong),
    ...(question.help === undefined ? [] : wrapText(question.help, columns).map(theme.faint)),
    ...(question.kind === "choice" ? choiceLines(dialogue, question, columns, theme) : [inputLine(dialogue, question, columns, theme)]),
    ...remarkLines(dialogue, columns, theme),
    ...wrapText(keysOf(dialogue, question), columns).map(theme.faint),
  ];
  const preview = previewLines(question, dialogue.scroll, { columns, rows: rows - own.length - 2 }, theme);
  return [...fitted([theme.strong(title), ...before], rows - own.length - preview.length - 1), "", ...preview, ...own].slice(-rows);
}

/** The last ones, where there is not room for all. */
function fitted(lines: readonly string[], rows: number): string[] {
  return rows <= 0 ? [] : lines.slice(-rows);
}

function answeredLines({ question, value, tried }: Dialogue["answered"][number], columns: number, theme: Theme): string[] {
  const label = question.choices?.find((choice) => choice.value === value)?.label;
  const text = question.kind === "secret" ? (value === "" ? "none" : "••••••") : visible(label ?? question.shown?.(value) ?? value);
  const bad = tried.filter(({ mark }) => mark === "bad");
  const good = tried.filter(({ mark }) => mark === "good").length;
  const shown = cutMiddle(text === "" ? "–" : text, Math.max(1, columns - widthOf(question.title) - 3));
  const said = good > 0 && bad.length === 0 ? `  ${good === 1 ? "tried" : `tried: ${good} of ${good} passed`}` : "";
  const mark: Piece = bad.length > 0 ? [`${MARKS.warn} `, theme.warn] : [`${MARKS.good} `, theme.good];
  return [
    lineOf([mark, [`${question.title} `, theme.faint], [shown], [said, theme.faint]], columns),
    ...bad.map(({ text: what }) => lineOf([[`  ${MARKS.bad} `, theme.remove], [visible(what)]], columns)),
  ];
}

function inputLine({ editor }: Dialogue, question: Question, columns: number, theme: Theme): string {
  const show = (text: string) => (question.kind === "secret" ? "•".repeat([...text].length) : visible(text));
  const hidden = question.shown !== undefined && question.shown(editor.text) !== editor.text;
  // What must not be seen is shown without a cursor within it.
  const before = hidden ? visible(question.shown?.(editor.text) ?? "") : show(editor.beforeCursor);
  const after = hidden ? "" : show(editor.afterCursor);
  const room = Math.max(4, columns - 3);
  // The place that is typed at stays in sight.
  const end = endOf(before, room);
  return lineOf([["> ", theme.strong], [end], ["▏"], [after]], columns);
}

function endOf(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = [...text];
  while (widthOf(kept.join("")) > width - 1) kept = kept.slice(1);
  return `…${kept.join("")}`;
}

function choiceLines({ choice: selected }: Dialogue, { choices = [] }: Question, columns: number, theme: Theme): string[] {
  const width = Math.max(...choices.map(({ label }) => widthOf(label)));
  return choices.map(({ label, help = "" }, at) =>
    lineOf(
      [
        [at === selected ? "› " : "  ", theme.strong],
        [label + " ".repeat(width - widthOf(label)), at === selected ? theme.select : undefined],
        [help === "" ? "" : `  ${help}`, theme.faint],
      ],
      columns,
    ),
  );
}

function remarkLines({ remarks, isTrying }: Dialogue, columns: number, theme: Theme): string[] {
  const lines = remarks.flatMap(({ mark, text, hint }: Remark) => {
    const paint = { good: theme.good, warn: theme.warn, bad: theme.remove, plain: theme.faint }[mark];
    const first = wrapText(visible(text), Math.max(8, columns - 2)).map((line, at) => `${at === 0 ? paint(MARKS[mark]) : " "} ${line}`);
    return [...first, ...(hint === undefined ? [] : wrapText(visible(hint), Math.max(8, columns - 2)).map((line) => `  ${theme.faint(line)}`))];
  });
  return isTrying ? [...lines, theme.faint("… trying")] : lines;
}

function previewLines({ preview = [] }: Question, scroll: number, { columns, rows }: ScreenSize, theme: Theme): string[] {
  if (preview.length === 0 || rows < 2) return [];
  const room = Math.min(rows, preview.length);
  const from = Math.min(scroll, preview.length - room);
  const shown = preview.slice(from, from + room).map((line) => lineOf([["│ ", theme.faint], [visible(line)]], columns));
  return [...shown, ""];
}

function keysOf(dialogue: Dialogue, { kind, preview }: Question): string {
  if (dialogue.isTrying) return "Esc: do not wait for it";
  const back = dialogue.answered.length > 0 ? " · Esc: back" : "";
  if (dialogue.isWarned) return `Enter again: take it all the same${back}`;
  if (kind === "choice") return `↑ ↓ Enter${preview === undefined ? "" : " · PgUp PgDn: look through it"}${back}`;
  return `Enter: go on${back} · Ctrl-C: leave everything as it is`;
}
