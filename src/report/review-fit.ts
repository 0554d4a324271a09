/** One way to tell a part of a page. */
export interface Way {
  /** Items that may be told. */
  readonly most: number;
  /** @param count of items that are told whole; more items, more text */
  readonly show: (count: number) => string;
}

/** A part of a page that has as many items as there is room for. */
export interface Part {
  /** The best first; of the last nothing but its text without items need fit. */
  readonly ways: readonly Way[];
  /** Those with the lowest get room first. */
  readonly rank: number;
}

/** A part that is always there as it is. */
export function fixed(text: string): Part {
  return { ways: [{ most: 0, show: () => text }], rank: 0 };
}

/**
 * Parts one after another. Each has the room of its shortest text for certain; what is left is filled
 * by rank.
 *
 * @param limit in UTF-16 units; kept as far as the shortest texts allow it
 */
export function filled(parts: readonly Part[], limit: number): string {
  const shown = parts.map((part) => ({ part, text: part.ways.at(-1)?.show(0) ?? "" }));
  let room = limit - shown.reduce((total, { text }) => total + text.length, 0);
  for (const one of shown.toSorted((a, b) => a.part.rank - b.part.rank)) {
    const text = fullest(one.part, room + one.text.length) ?? one.text;
    room += one.text.length - text.length;
    one.text = text;
  }
  return shown.map(({ text }) => text).join("");
}

function fullest({ ways }: Part, room: number): string | undefined {
  for (const way of ways) {
    const text = fullestOf(way, room);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** With as many items as fit, found by halving. */
function fullestOf({ most, show }: Way, room: number): string | undefined {
  const whole = show(most);
  if (whole.length <= room) return whole;
  let [text, low, high]: [string | undefined, number, number] = [undefined, 0, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const tried = show(middle);
    if (tried.length <= room) [text, low] = [tried, middle + 1];
    else high = middle;
  }
  return text;
}
