import type { Cell } from "../../test/support/terminal.ts";

/** The 16 colours of a terminal, in a theme that is read well on GitHub's white and on its black. */
const COLORS = [
  "#3b4252", "#f07178", "#9ccc65", "#ffcb6b", "#82aaff", "#c792ea", "#89ddff", "#d8dee9",
  "#697098", "#ff8b92", "#b9e08c", "#ffd98c", "#a4c2ff", "#d7b0f5", "#a8e6ff", "#ffffff",
] as const; // prettier-ignore
const FOREGROUND = "#d8dee9";
const BACKGROUND = "#1b1f2b";
const BAR = "#2a2f3d";
const COLUMN = 8.4;
const ROW = 18;
const PADDING = 14;
const BAR_HEIGHT = 28;

export interface SvgScreen {
  /** In the bar above the screen, and for whoever cannot see it. */
  readonly title: string;
  readonly columns: number;
  readonly rows: readonly (readonly Cell[])[];
}

/** A screen as a picture of text: sharp at any size, small, and the same bytes for the same screen. */
export function screenSvg({ title, columns, rows }: SvgScreen): string {
  const width = Math.ceil(columns * COLUMN + 2 * PADDING);
  const height = BAR_HEIGHT + rows.length * ROW + 2 * PADDING;
  const lines = rows.flatMap((cells, row) => rowElements(cells, BAR_HEIGHT + PADDING + row * ROW));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<title>${escape(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<path d="M0 8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${BAR_HEIGHT - 8}H0z" fill="${BAR}"/>
<g fill="${COLORS[8]}"><circle cx="18" cy="14" r="5"/><circle cx="36" cy="14" r="5"/><circle cx="54" cy="14" r="5"/></g>
<text x="${width / 2}" y="19" text-anchor="middle" fill="${COLORS[8]}" font-size="12">${escape(title)}</text>
${lines.join("\n")}
</svg>
`;
}

interface Run {
  readonly column: number;
  readonly cell: Cell;
  text: string;
  width: number;
}

/** Cells that look alike are one piece of text, which is stretched to its columns: fonts differ. */
function rowElements(cells: readonly Cell[], top: number): string[] {
  const runs: Run[] = [];
  for (const [at, cell] of cells.entries()) {
    const width = (cells[at + 1]?.column ?? cell.column + 1) - cell.column;
    const run = runs.at(-1);
    // Wide characters apart: their font is another one, and would stretch the rest.
    if (run && looks(run.cell) === looks(cell) && run.width > run.text.length === width > 1) {
      run.text += cell.text;
      run.width += width;
    } else runs.push({ column: cell.column, cell, text: cell.text, width });
  }
  return runs.flatMap((run) => runElements(run, top));
}

function looks({ color, background, bold, dim, inverse, underline }: Cell): string {
  return [color, background, bold, dim, inverse, underline].join();
}

function runElements({ column, cell, text, width }: Run, top: number): string[] {
  const x = round(PADDING + column * COLUMN);
  const ink = cell.color === undefined ? FOREGROUND : (COLORS[cell.color] ?? FOREGROUND);
  const paper = cell.background === undefined ? undefined : COLORS[cell.background];
  const fill = cell.inverse ? (paper ?? BACKGROUND) : ink;
  const back = cell.inverse ? ink : paper;
  const elements = back === undefined ? [] : [`<rect x="${x}" y="${top}" width="${round(width * COLUMN)}" height="${ROW}" fill="${back}"/>`];
  const shown = text.trimEnd();
  if (shown === "") return elements;
  const leading = shown.length - shown.trimStart().length;
  const columns = width - (text.length - shown.length) - leading;
  const style = `${cell.bold ? ' font-weight="700"' : ""}${cell.dim ? ' opacity="0.6"' : ""}${cell.underline ? ' text-decoration="underline"' : ""}`;
  elements.push(
    `<text x="${round(x + leading * COLUMN)}" y="${top + 13}" fill="${fill}" textLength="${round(columns * COLUMN)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"${style}>${escape(shown.trimStart())}</text>`,
  );
  return elements;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
