import { visible } from "../../../core/escape.ts";
import { formatBytes, formatCount } from "../../../core/units.ts";
import type { Measure, PageData } from "../page-data.ts";
import { element } from "./dom.ts";

/** How pictures look just now. All colours come from the style sheet. */
export interface ChartLook {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly surface: string;
  readonly ground: string;
  readonly font: string;
  color(kind: string): string;
  /** Of text on that colour. */
  onColor(kind: string): string;
  word(kind: string): string;
}

export function lookOf(words: PageData["words"]): ChartLook {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text"),
    faint: of("faint"),
    line: of("line"),
    surface: of("surface"),
    ground: of("ground"),
    font: getComputedStyle(document.body).fontFamily,
    color: (kind) => of(`of-${kind}`) || of("of-skip"),
    onColor: () => of("on-kind"),
    word: (kind) => words[kind]?.word ?? kind,
  };
}

export function amount(measure: Measure, value: number): string {
  if (measure === "bytes") return formatBytes(value);
  return formatCount(value);
}

/** Short, for an axis: `2.4 k`. */
export function axisAmount(measure: Measure, value: number): string {
  if (measure === "bytes") return formatBytes(value);
  return value < 10_000 ? formatCount(value) : formatBytes(value).replace("kB", "k").replace(/B$/, "");
}

export interface TipLine {
  /** undefined: no colour. */
  readonly kind?: string | undefined;
  readonly name: string;
  readonly value: string;
}

/** What stands beside the pointer. Made of elements: no name in it is read as HTML. */
export function tip(title: string, lines: readonly TipLine[]): HTMLElement {
  return element(
    "div",
    { class: "tip" },
    element("p", { class: "tip-title" }, visible(title, { maxLength: 160 })),
    ...lines.map(({ kind, name, value }) =>
      element(
        "p",
        { class: "tip-line" },
        kind === undefined ? undefined : element("span", { class: `dot of-${kind}` }),
        element("span", {}, name),
        element("b", {}, value),
      ),
    ),
  );
}

export function tooltipStyle(look: ChartLook) {
  return { confine: true, borderWidth: 0, padding: 0, backgroundColor: look.surface, extraCssText: "box-shadow:none;border-radius:8px", transitionDuration: 0 };
}
