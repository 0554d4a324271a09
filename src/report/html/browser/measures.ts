import type { Measure } from "../page-data.ts";
import { element } from "./dom.ts";

const MEASURE_WORDS: Readonly<Record<Measure, string>> = { items: "Count", bytes: "Bytes", rows: "Rows" };

/** Puts a choice of measures before a picture, where there is one to make. */
export function measureButtons(place: HTMLElement, measures: readonly Measure[], choose: (measure: Measure) => void): void {
  if (measures.length < 2) return;
  const buttons = measures.map((measure, at) => {
    const button = element("button", { type: "button", "aria-pressed": String(at === 0) }, MEASURE_WORDS[measure]);
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      choose(measure);
    });
    return button;
  });
  place.before(element("div", { class: "measures", role: "group", "aria-label": "Measured by" }, ...buttons));
}
