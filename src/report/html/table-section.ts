import { formatCount } from "../../core/units.ts";
import { markup, type Markup } from "./markup.ts";
import type { PageColumn } from "./page-data.ts";

/** How a page calls its rows. */
export interface TableWords {
  readonly title: string;
  /** `action`, `actions`. */
  readonly one: string;
  readonly many: string;
  /** How to see the rows that are left out. */
  readonly rest: Markup;
  /** What to know about the rows, said above them. */
  readonly note?: Markup | undefined;
}

export interface TableOptions extends TableWords {
  readonly columns: readonly PageColumn[];
  readonly listed: number;
  /** Of those, by their kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly total: number;
  readonly textsLeftOut: number;
}

/** Where the script puts the table, and what is said where there is no script. */
export function tableSection({ title, one, many, rest, note, listed, kinds, total, textsLeftOut }: TableOptions): Markup {
  const counted = (value: number) => `${formatCount(value)} ${value === 1 ? one : many}`;
  return markup`<section id="table" aria-labelledby="table-title">
<h2 id="table-title">${title}</h2>
${note === undefined ? undefined : markup`<p class="note">${note}</p>`}
${total > listed ? markup`<p class="left-out"><strong>${counted(total - listed)} left out.</strong> This page lists the first ${formatCount(listed)} of ${counted(total)}, those that destroy before those that add. ${rest}</p>` : undefined}
${textsLeftOut > 0 ? markup`<p class="left-out">${formatCount(textsLeftOut)} of them come without their definition: there is no room for more. ${rest}</p>` : undefined}
${listed === 0 ? markup`<p class="note">There are no ${many}.</p>` : markup`<div id="rows" data-one="${one}" data-many="${many}" data-kinds="${JSON.stringify(kinds)}"><p class="note">The list needs the script of this page, which has not run. What is above does not.</p></div>`}
</section>
`;
}
