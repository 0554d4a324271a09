/** Code points as ascending inclusive ranges, flat: first, last, first, last, … */
export type CharSet = readonly number[];

export const LAST_CODE_POINT = 0x10ffff;
export const ANY: CharSet = [0, LAST_CODE_POINT];

/** Sorts ranges and joins those that touch. */
export function charSet(...ranges: readonly (readonly [first: number, last: number])[]): CharSet {
  const out: number[] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const end = out.at(-1);
    if (end !== undefined && first <= end + 1) out[out.length - 1] = Math.max(end, last);
    else out.push(first, last);
  }
  return out;
}

export function single(codePoint: number): CharSet {
  return [codePoint, codePoint];
}

export function union(...sets: readonly CharSet[]): CharSet {
  return charSet(...sets.flatMap(ranges));
}

export function negate(set: CharSet): CharSet {
  const out: number[] = [];
  let next = 0;
  for (const [first, last] of ranges(set)) {
    if (first > next) out.push(next, first - 1);
    next = last + 1;
  }
  if (next <= LAST_CODE_POINT) out.push(next, LAST_CODE_POINT);
  return out;
}

export function has(set: CharSet, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (codePoint < (set[i] ?? Infinity)) return false;
    if (codePoint <= (set[i + 1] ?? -1)) return true;
  }
  return false;
}

/** Past the last letter that has a case. */
const CASED_END = 0x1e944;

/** Adds the other cases of its letters. */
export function foldCase(set: CharSet): CharSet {
  const found: [number, number][] = [];
  for (const [first, last] of ranges(set)) {
    found.push([first, last]);
    for (let code = first; code <= Math.min(last, CASED_END); code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const letter = String.fromCodePoint(code);
      for (const other of [letter.toLowerCase(), letter.toUpperCase(), letter.toUpperCase().toLowerCase()]) {
        const folded = other.codePointAt(0) ?? code;
        // Letters that become two (ß, SS) have no other case here.
        if (folded !== code && String.fromCodePoint(folded) === other) found.push([folded, folded]);
      }
    }
  }
  return charSet(...found);
}

export function ranges(set: CharSet): [first: number, last: number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < set.length; i += 2) out.push([set[i] ?? 0, set[i + 1] ?? 0]);
  return out;
}
