/** One line of two texts beside each other. undefined: there is none on that side. */
export interface SideLine {
  readonly before: SideText | undefined;
  readonly after: SideText | undefined;
  readonly isSame: boolean;
}

/** A line, and which part of it differs from the one beside it. Empty where all of it does, or nothing. */
export interface SideText {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Puts the lines of a difference beside each other: `-` and a line of before, `+` and a line of after, a blank and a line of both. */
export function sideBySide(difference: string): SideLine[] {
  const lines: SideLine[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const settle = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) lines.push(pair(removed[at], added[at]));
    removed = [];
    added = [];
  };
  for (const line of difference.split("\n")) {
    if (line.startsWith("-")) {
      if (added.length > 0) settle();
      removed.push(line.slice(1));
    } else if (line.startsWith("+")) {
      added.push(line.slice(1));
    } else {
      settle();
      const text = whole(line.slice(1));
      lines.push({ before: text, after: text, isSame: true });
    }
  }
  settle();
  return lines;
}

function pair(before: string | undefined, after: string | undefined): SideLine {
  if (before === undefined || after === undefined)
    return { before: before === undefined ? undefined : whole(before), after: after === undefined ? undefined : whole(after), isSame: false };
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  // Lines that share next to nothing are better read whole.
  if (head + tail < Math.max(before.length, after.length) / 4) return { before: whole(before), after: whole(after), isSame: false };
  return { before: marked(before, head, tail), after: marked(after, head, tail), isSame: false };
}

/** Never cuts a pair of surrogates in two. */
function marked(text: string, head: number, tail: number): SideText {
  const isLow = (at: number) => /[\udc00-\udfff]/.test(text.charAt(at));
  const from = isLow(head) ? head - 1 : head;
  const to = text.length - tail;
  return { text, from, to: isLow(to) ? to + 1 : to };
}

function whole(text: string): SideText {
  return { text, from: 0, to: 0 };
}
