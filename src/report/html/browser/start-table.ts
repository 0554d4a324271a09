import { formatCount } from "../../../core/units.ts";
import { visible } from "../../../core/escape.ts";
import { compareKeys } from "../../../core/byte-order.ts";
import type { ColumnName, PageData } from "../page-data.ts";
import { element } from "./dom.ts";
import type { Rows } from "./rows.ts";
import { VirtualTable } from "./virtual-table.ts";

export interface TableOptions {
  readonly place: HTMLElement;
  readonly data: PageData;
  readonly rows: Rows;
  showDetail(rows: Rows, row: number): void;
}

/** Puts search, filters and the table into the page, and has them work together. */
export function startTable({ place, data, rows, showDetail }: TableOptions): void {
  const one = place.dataset["one"] ?? "row";
  const many = place.dataset["many"] ?? "rows";
  const status = element("p", { class: "status", role: "status" });
  const search = element("input", { type: "search", id: "search", placeholder: "Search keys and reasons", autocomplete: "off", spellcheck: "false" });
  const off = new Set<string>();
  let sorted: readonly number[] = Array.from({ length: rows.count }, (_, row) => row);
  const table = new VirtualTable({ data, rows, label: `${many}, sortable`, open: (row) => showDetail(rows, row), sort: sortBy });

  const show = () => {
    const wanted = wordsOf(search.value);
    const isWanted = (row: number) => wanted.every((spellings) => spellings.some((spelling) => rows.text(row).includes(spelling)));
    const isWhole = wanted.length === 0 && off.size === 0;
    if (!isWhole) rows.readAll();
    const shown = isWhole ? sorted : sorted.filter((row) => !off.has(rows.kind[row] ?? "") && isWanted(row));
    table.show(shown);
    status.textContent =
      shown.length === rows.count
        ? `${formatCount(rows.count)} ${rows.count === 1 ? one : many}`
        : `${formatCount(shown.length)} of ${formatCount(rows.count)} ${many}`;
  };
  function sortBy(column: ColumnName, direction: 1 | -1): void {
    rows.readAll();
    const compare = comparer(rows, column);
    sorted = Array.from({ length: rows.count }, (_, row) => row).toSorted((a, b) => direction * compare(a, b) || a - b);
    show();
  }

  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, rows.count > 20_000 ? 120 : 0);
  });
  place.replaceChildren(
    element("div", { class: "tools" }, element("label", { for: "search", class: "unseen" }, `Search ${many}`), search, filters(place, data, off, show), status),
    table.element,
  );
  show();
}

/** Words that a row must hold, each as it was typed, and as the page shows what cannot be seen: who copied it from elsewhere finds it too. */
function wordsOf(text: string): readonly (readonly string[])[] {
  const words = text
    .toLowerCase()
    .split(/[ \t]+/)
    .filter((word) => word !== "");
  return words.map((word) => [...new Set([word, visible(word)])]);
}

/** A button for each kind that there is: pressed while its rows are shown. */
function filters(place: HTMLElement, data: PageData, off: Set<string>, show: () => void): HTMLElement | undefined {
  // SAFETY: written by Tidemark into the same page.
  const counts = Object.entries(JSON.parse(place.dataset["kinds"] ?? "{}") as Record<string, number>);
  if (counts.length < 2) return undefined;
  const buttons = counts.map(([kind, count]) => {
    const { mark = "", word = kind } = data.words[kind] ?? {};
    const button = element(
      "button",
      { type: "button", class: `filter of-${kind}`, "aria-pressed": "true", "data-kind": kind },
      element("span", { class: "mark", "aria-hidden": "true" }, mark),
      `${word} `,
      element("span", { class: "many" }, formatCount(count)),
    );
    button.addEventListener("click", () => {
      const isOn = off.delete(kind);
      if (!isOn) off.add(kind);
      button.setAttribute("aria-pressed", String(isOn));
      show();
    });
    return button;
  });
  return element("div", { class: "filters", role: "group", "aria-label": "Shown" }, ...buttons);
}

function comparer(rows: Rows, column: ColumnName): (a: number, b: number) => number {
  if (column === "bytes" || column === "rows" || column === "at") {
    const values = rows[column];
    return (a, b) => (values[a] ?? 0) - (values[b] ?? 0);
  }
  const texts = rows[column];
  return (a, b) => compareKeys(texts[a] ?? "", texts[b] ?? "");
}
