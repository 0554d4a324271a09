/** The candidate that was probably meant: the nearest, where it is near enough to be a slip. */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  // Longer than any name of a plan: comparing would only cost time.
  if (name.length > 200) return undefined;
  const most = name.length < 4 ? 1 : Math.min(3, Math.floor(name.length / 3) + 1);
  let nearest: string | undefined;
  let distance = most + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > most) continue;
    const found = editDistance(fold(name), fold(candidate));
    if (found < distance) [nearest, distance] = [candidate, found];
  }
  return nearest;
}

/** What to say of a name that is not known: what was probably meant, or else what there is. */
export function didYouMean(name: string, candidates: Iterable<string>, otherwise: string): string {
  const near = nearName(name, candidates);
  return near === undefined ? otherwise : `Did you mean ${near}?`;
}

/** `max_sockets`, `MaxSockets` and `maxSockets` are the same slip. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours between two texts. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
