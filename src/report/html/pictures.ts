import { formatByteRate, formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { markup, type Markup } from "./markup.ts";
import type { BarsData, ChartData, CourseData, KindWord, Measure, TreemapData, TreeNode } from "./page-data.ts";

export interface Picture {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly text: string;
  readonly chart: ChartData;
  /** Takes the whole width. */
  readonly isWide: boolean;
}

/** Rows of a treemap's table; the picture has more. */
const TREE_ROWS = 60;

const MEASURE_WORDS: Readonly<Record<Measure, string>> = { items: "items", bytes: "bytes", rows: "rows" };

/** Pictures, each with the table that says the same to whoever cannot see it. */
export function pictures(list: readonly Picture[], words: Readonly<Record<string, KindWord>>): Markup {
  return markup`<div class="pictures">${list.map((picture) => figure(picture, words))}</div>`;
}

function figure({ title, text, chart, isWide }: Picture, words: Readonly<Record<string, KindWord>>): Markup {
  return markup`<figure class="${isWide ? "picture wide" : "picture"}" id="${chart.id}-figure">
<figcaption><h3>${title}</h3><p>${text}</p></figcaption>
<div class="canvas ${chart.type}" id="${chart.id}" role="img" aria-label="${`${title}. The table below says the same.`}"></div>
<details><summary>As a table<span class="unseen">: ${title}</span></summary><div class="scroll" tabindex="0" role="region" aria-label="${`Table: ${title}`}">${tableOf(chart, words)}</div></details>
</figure>
`;
}

function tableOf(chart: ChartData, words: Readonly<Record<string, KindWord>>): Markup {
  if (chart.type === "bars") return barsTable(chart, words);
  return chart.type === "treemap" ? treeTable(chart, words) : courseTable(chart);
}

function barsTable({ categories, measures }: BarsData, words: Readonly<Record<string, KindWord>>): Markup {
  const columns = measures.flatMap(({ measure, series }) => series.map(({ kind, values }) => ({ measure, kind, values })));
  return markup`<table><thead><tr><td></td>${columns.map(({ measure, kind }) => markup`<th scope="col" class="number">${words[kind]?.word ?? kind}, ${MEASURE_WORDS[measure]}</th>`)}</tr></thead>
<tbody>${categories.map((name, at) => markup`<tr><th scope="row">${name}</th>${columns.map(({ measure, values }) => markup`<td class="number">${amount(measure, values[at] ?? 0)}</td>`)}</tr>`)}</tbody></table>`;
}

function amount(measure: Measure, value: number): string {
  return measure === "bytes" ? formatBytes(value) : formatCount(value);
}

function treeTable({ nodes }: TreemapData, words: Readonly<Record<string, KindWord>>): Markup {
  const rows = flat(nodes, "", 2);
  const shown = rows.slice(0, TREE_ROWS);
  const kinds = Object.keys(words).filter((kind) => rows.some(({ node }) => node.amounts[kind] !== undefined));
  return markup`<table><thead><tr><th scope="col">prefix</th>${kinds.map((kind) => markup`<th scope="col" class="number">${words[kind]?.word}, objects</th><th scope="col" class="number">${words[kind]?.word}, bytes</th>`)}</tr></thead>
<tbody>${shown.map(({ path, node }) => markup`<tr><th scope="row">${path}</th>${kinds.map((kind) => markup`<td class="number">${formatCount(node.amounts[kind]?.items ?? 0)}</td><td class="number">${formatBytes(node.amounts[kind]?.bytes ?? 0)}</td>`)}</tr>`)}
${rows.length > shown.length ? markup`<tr><td colspan="${1 + 2 * kinds.length}">and ${rows.length - shown.length} more</td></tr>` : undefined}</tbody></table>`;
}

function flat(nodes: readonly TreeNode[], above: string, depth: number): { readonly path: string; readonly node: TreeNode }[] {
  return nodes.flatMap((node) => {
    const path = above + node.name;
    return [{ path, node }, ...(depth > 1 && node.children !== undefined ? flat(node.children, path, depth - 1) : [])];
  });
}

function courseTable({ at, bytes, items, problems, retries }: CourseData): Markup {
  return markup`<table><thead><tr><th scope="col">after</th><th scope="col" class="number">bytes a second</th><th scope="col" class="number">items a second</th><th scope="col" class="number">problems</th><th scope="col" class="number">retries</th></tr></thead>
<tbody>${at.map((ms, n) => markup`<tr><th scope="row">${formatDuration(ms)}</th><td class="number">${formatByteRate(bytes[n] ?? 0)}</td><td class="number">${formatCount(items[n] ?? 0)}</td><td class="number">${formatCount(problems[n] ?? 0)}</td><td class="number">${formatCount(retries[n] ?? 0)}</td></tr>`)}</tbody></table>`;
}
