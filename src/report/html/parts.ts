import type { PlanNotice } from "../../changeset/summary.ts";
import type { EndHeader } from "../../changeset/header.ts";
import { formatBytes, formatCount } from "../../core/units.ts";
import { markup, type Markup } from "./markup.ts";
import type { KindWord } from "./page-data.ts";
import { sideBySide, type SideText } from "./side-by-side.ts";

export interface Tile extends KindWord {
  readonly kind: string;
  readonly items: number;
  /** What it moves, or what there is to say beside the number. "" for nothing. */
  readonly beside: string;
}

/** The numbers that a reader wants first, and how they share the whole. */
export function tiles(list: readonly Tile[], label: string): Markup {
  return markup`<ul class="tiles">${list.map(
    ({ kind, mark, word, items, beside }) =>
      markup`<li class="tile ${items === 0 ? "none" : `of-${kind}`}"><span class="what"><span class="mark" aria-hidden="true">${mark}</span>${word}</span><strong>${formatCount(items)}</strong><span class="beside">${beside}</span></li>`,
  )}</ul>
${shares(list, label)}`;
}

/** One bar, cut by how many items of each kind there are. Drawn here: the policy of the page allows no style on an element. */
function shares(list: readonly Tile[], label: string): Markup | undefined {
  const shown = list.filter(({ items }) => items > 0);
  const total = shown.reduce((sum, { items }) => sum + items, 0);
  if (shown.length < 2) return undefined;
  const words = shown.map(({ word, items }) => `${word} ${formatCount(items)}`).join(", ");
  // What is there is seen, however little it is.
  const widths = shown.map(({ items }) => Math.max(6, Math.round((items / total) * 1000)));
  const whole = widths.reduce((sum, width) => sum + width, 0);
  let x = 0;
  return markup`<svg class="shares" viewBox="0 0 ${whole} 10" preserveAspectRatio="none" role="img" aria-label="${label}: ${words}">${shown.map(
    ({ kind }, at) => {
      const width = widths[at] ?? 0;
      x += width;
      return markup`<rect class="fill-${kind}" x="${x - width}" y="0" width="${Math.max(1, width - 1.5)}" height="10"></rect>`;
    },
  )}</svg>`;
}

export type Tone = "danger" | "warning" | "good" | "plain";

const TONE_WORDS: Readonly<Record<Tone, string>> = { danger: "Danger", warning: "Warning", good: "Good", plain: "Note" };

/** Something that must not be overlooked. */
export function callout(tone: Tone, lines: readonly (Markup | string)[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return markup`<div class="callout ${tone}"><p class="tone">${TONE_WORDS[tone]}</p><ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul></div>\n`;
}

/** Remarks about a sync: what it is, and what to do. */
export function notices(list: readonly (PlanNotice & { readonly sync: string })[]): Markup | undefined {
  return callout(
    "warning",
    list.map(
      ({ sync, code, message, hint }) =>
        markup`<strong>${sync}</strong>: ${message} <code>${code}</code>${hint === undefined ? undefined : markup`<br><span class="hint">${hint}</span>`}`,
    ),
  );
}

export function ends({ from, to }: { readonly from: EndHeader; readonly to: EndHeader }): Markup {
  return markup`<code>${from.display}</code> <span aria-hidden="true">→</span><span class="unseen"> to </span> <code>${to.display}</code>`;
}

/** `3 objects` and bytes, right-aligned in a table. */
export function amountCell(items: number, bytes?: number): Markup {
  const moved = bytes !== undefined && bytes > 0 ? markup`<span class="beside">${formatBytes(bytes)}</span>` : undefined;
  return markup`<td class="number${items === 0 ? " zero" : ""}">${formatCount(items)}${moved}</td>`;
}

export interface Compared {
  readonly name: string;
  /** Lines that begin with `-`, `+` or a blank. */
  readonly difference: string;
  /** What the two sides are. */
  readonly before: string;
  readonly after: string;
}

/** Two definitions beside each other. */
export function sideBySideTable({ name, difference, before, after }: Compared): Markup {
  const lines = sideBySide(difference);
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${`Difference of ${name}`}"><table class="sides"><colgroup><col class="sign"><col><col class="sign"><col></colgroup><thead><tr><th scope="col" colspan="2">${before}</th><th scope="col" colspan="2">${after}</th></tr></thead>
<tbody>${lines.map((line) => markup`<tr>${sideCells(line.before, line.isSame, "gone", "-")}${sideCells(line.after, line.isSame, "come", "+")}</tr>`)}</tbody></table></div>`;
}

function sideCells(side: SideText | undefined, isSame: boolean, change: "gone" | "come", mark: string): Markup {
  if (side === undefined) return markup`<td class="sign"></td><td class="void"></td>`;
  if (isSame) return markup`<td class="sign"></td><td>${line(side.text)}</td>`;
  const { text, from, to } = side;
  const shown = to > from ? markup`${line(text.slice(0, from))}<mark>${line(text.slice(from, to))}</mark>${line(text.slice(to))}` : line(text);
  return markup`<td class="sign ${change}">${mark}</td><td class="${change}">${shown}</td>`;
}

/** Tabs that indent are spaces: escaped, they would only be noise. */
function line(text: string): string {
  return text.replaceAll("\t", "    ");
}
