import { visible } from "../../../core/escape.ts";
import { formatBytes, formatCount } from "../../../core/units.ts";
import type { ColumnName, PageColumn, PageData } from "../page-data.ts";
import { element } from "./dom.ts";
import type { Rows } from "./rows.ts";
import { shownTime } from "./times.ts";

export interface VirtualTableOptions {
  readonly data: PageData;
  readonly rows: Rows;
  readonly label: string;
  open(row: number): void;
  sort(column: ColumnName, direction: 1 | -1): void;
}

/** CSS pixels; the style sheet says the same. */
const ROW_HEIGHT = 40;
/** Rows made beyond what is seen, so that scrolling shows no gap. */
const BEYOND = 12;
/** Rows on paper. */
const PRINTED = 400;
/** Numbers are looked at from the top, words from the beginning. */
const DOWN_FIRST: ReadonlySet<ColumnName> = new Set<ColumnName>(["bytes", "rows", "at"]);
const NUMBERS: ReadonlySet<ColumnName> = new Set<ColumnName>(["bytes", "rows", "at"]);
const LONGEST = 240;

/** A grid that makes only the rows that are seen, however many there are. One stop of the tab key; arrows move within. */
export class VirtualTable {
  readonly element: HTMLElement;
  readonly #options: VirtualTableOptions;
  readonly #grid: HTMLElement;
  readonly #body: HTMLElement;
  readonly #headers: ReadonlyMap<ColumnName, HTMLElement>;
  readonly #paper: HTMLElement;
  #shown: readonly number[] = [];
  #active = 0;
  #first = -1;
  #last = -1;
  #isPrinting = false;
  #sorted: { readonly column: ColumnName; readonly direction: 1 | -1 } | undefined;

  constructor(options: VirtualTableOptions) {
    this.#options = options;
    const { columns } = options.data;
    this.#headers = new Map(columns.map((column) => [column.name, this.#header(column)]));
    this.#body = element("div", { class: "rows", role: "rowgroup" });
    this.#grid = element(
      "div",
      {
        class: "grid",
        role: "grid",
        tabindex: 0,
        "aria-label": options.label,
        "aria-colcount": columns.length,
        "aria-describedby": "grid-help",
        "data-columns": columns.map(({ name }) => name).join(" "),
      },
      element("div", { class: "head", role: "rowgroup" }, element("div", { class: "row", role: "row", "aria-rowindex": 1 }, ...this.#headers.values())),
      this.#body,
    );
    this.#paper = element("p", { class: "paper" });
    this.element = element(
      "div",
      { class: "table" },
      this.#grid,
      element("p", { class: "help", id: "grid-help" }, "Arrow keys move, Enter opens a row."),
      this.#paper,
    );
    this.#grid.addEventListener("scroll", () => this.#draw());
    this.#grid.addEventListener("keydown", (event) => this.#key(event));
    this.#body.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.#draw(true)).observe(this.#grid);
    addEventListener("beforeprint", () => this.#print());
    addEventListener("afterprint", () => {
      this.#isPrinting = false;
      this.#draw(true);
    });
  }

  /** @param rows their numbers, in the order in which they are to stand */
  show(rows: readonly number[]): void {
    this.#shown = rows;
    this.#active = 0;
    this.#grid.setAttribute("aria-rowcount", String(rows.length + 1));
    this.#grid.scrollTop = 0;
    this.#draw(true);
  }

  #header({ name, title }: PageColumn): HTMLElement {
    const button = element("button", { type: "button", tabindex: 0 }, title, element("span", { class: "arrow", "aria-hidden": "true" }));
    button.addEventListener("click", () => {
      const before = this.#sorted?.column === name ? this.#sorted.direction : undefined;
      const direction = before === undefined ? (DOWN_FIRST.has(name) ? -1 : 1) : before === 1 ? -1 : 1;
      this.#sorted = { column: name, direction };
      for (const [column, header] of this.#headers) header.setAttribute("aria-sort", column !== name ? "none" : direction === 1 ? "ascending" : "descending");
      this.#options.sort(name, direction);
    });
    return element("div", { class: `cell ${classOf(name)}`, role: "columnheader", "aria-sort": "none" }, button);
  }

  #draw(always = false): void {
    // Paper has all that it needs already.
    if (this.#isPrinting) return;
    const top = this.#grid.scrollTop;
    const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - BEYOND);
    // However high the grid claims to be.
    const last = Math.min(this.#shown.length, first + PRINTED, Math.ceil((top + this.#grid.clientHeight) / ROW_HEIGHT) + BEYOND);
    if (!always && first === this.#first && last === this.#last) return;
    this.#first = first;
    this.#last = last;
    this.#body.style.height = `${this.#shown.length * ROW_HEIGHT}px`;
    this.#body.replaceChildren(...Array.from({ length: Math.max(0, last - first) }, (_, at) => this.#row(first + at)));
    this.#mark();
  }

  /** Whole rows in the flow, since paper does not scroll. */
  #print(): void {
    this.#isPrinting = true;
    const printed = Math.min(PRINTED, this.#shown.length);
    this.#paper.textContent = printed < this.#shown.length ? `The first ${formatCount(printed)} of ${formatCount(this.#shown.length)} are printed.` : "";
    this.#body.style.height = "auto";
    this.#body.replaceChildren(...Array.from({ length: printed }, (_, at) => this.#row(at)));
  }

  #row(place: number): HTMLElement {
    const row = this.#shown[place] ?? 0;
    const { rows, data } = this.#options;
    rows.need(row);
    const made = element("div", { class: `row of-${rows.kind[row] ?? ""}`, role: "row", id: `row-${place}`, "aria-rowindex": place + 2, "data-place": place });
    for (const { name } of data.columns) made.append(this.#cell(name, row));
    made.style.top = `${place * ROW_HEIGHT}px`;
    return made;
  }

  #cell(name: ColumnName, row: number): HTMLElement {
    const { rows, data } = this.#options;
    const cell = element("div", { class: `cell ${classOf(name)}`, role: "gridcell" });
    if (name === "kind") {
      const { mark = "", word = rows.kind[row] ?? "" } = data.words[rows.kind[row] ?? ""] ?? {};
      cell.append(element("span", { class: "pill" }, element("span", { class: "mark", "aria-hidden": "true" }, mark), word));
    } else if (name === "bytes") cell.textContent = shownBytes(rows, row);
    else if (name === "rows") cell.textContent = rows.rows[row] === 0 ? "" : `≈ ${formatCount(rows.rows[row] ?? 0)}`;
    else if (name === "at") cell.textContent = shownTime(rows.at[row] ?? -1);
    else if (name === "action") cell.textContent = data.words[rows.action[row] ?? ""]?.word ?? rows.action[row] ?? "";
    else {
      const text = visible(rows[name][row] ?? "");
      cell.textContent = visible(rows[name][row] ?? "", { maxLength: LONGEST });
      if (name === "key") cell.title = text.slice(0, 2000);
    }
    return cell;
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#grid) return;
    const page = Math.max(1, Math.floor(this.#grid.clientHeight / ROW_HEIGHT) - 2);
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.#move(Math.min(this.#shown.length - 1, Math.max(0, this.#active + step)));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#open(this.#active);
    }
  }

  #click(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-place]") : null;
    // Who has marked text wants to copy it.
    if (!row || (getSelection()?.toString() ?? "") !== "") return;
    this.#move(Number(row.dataset["place"]));
    this.#open(this.#active);
  }

  #open(place: number): void {
    const row = this.#shown[place];
    if (row !== undefined) this.#options.open(row);
  }

  #move(place: number): void {
    this.#active = place;
    const head = ROW_HEIGHT;
    const top = place * ROW_HEIGHT;
    const height = this.#grid.clientHeight - head;
    if (top < this.#grid.scrollTop) this.#grid.scrollTop = top;
    else if (top + ROW_HEIGHT > this.#grid.scrollTop + height) this.#grid.scrollTop = top + ROW_HEIGHT - height;
    this.#draw();
    this.#mark();
  }

  #mark(): void {
    for (const row of this.#body.querySelectorAll("[aria-selected]")) row.removeAttribute("aria-selected");
    const row = document.getElementById(`row-${this.#active}`);
    row?.setAttribute("aria-selected", "true");
    if (row) this.#grid.setAttribute("aria-activedescendant", row.id);
    else this.#grid.removeAttribute("aria-activedescendant");
  }
}

function classOf(name: ColumnName): string {
  return `c-${name}${NUMBERS.has(name) ? " number" : ""}`;
}

/** Nothing where a size means nothing. */
function shownBytes(rows: Rows, row: number): string {
  const bytes = rows.bytes[row] ?? 0;
  return bytes === 0 && rows.at[row] === -1 ? "" : formatBytes(bytes);
}
