/** A part of a page that may be told in fewer words. */
export interface Section {
  /** From the fullest to the shortest. Each is only made where it is looked at. */
  readonly variants: readonly (() => string)[];
  /** Those with the highest are shortened first. */
  readonly expendable: number;
}

/**
 * Sections one after another, each as full as there is room for.
 *
 * @param limit in UTF-16 units; kept as far as the shortest of all sections allow it
 */
export function fitted(sections: readonly Section[], limit: number): string {
  const shown = sections.map((section) => ({ section, at: 0, text: section.variants[0]?.() ?? "" }));
  const length = () => shown.reduce((total, { text }) => total + text.length, 0);
  for (const part of shown.toSorted((a, b) => b.section.expendable - a.section.expendable)) {
    while (length() > limit && part.at + 1 < part.section.variants.length) {
      part.at += 1;
      part.text = part.section.variants[part.at]?.() ?? "";
    }
  }
  return shown.map(({ text }) => text).join("");
}

/** A section that is always there as it is. */
export function always(text: string): Section {
  return { variants: [() => text], expendable: 0 };
}
