import type pg from "pg";
import { describeRows } from "./judge/rows.ts";
import { readFacts } from "./judge/facts.ts";
import type { TestDatabase } from "./databases.ts";

export { describeRows };

export interface JudgeOptions {
  /**
   * Kinds of facts to leave out, e.g. `owner`, `privileges`, `column privileges`, `default privileges`, `public`,
   * `database`, `database setting`, `column order`, `rows`: the first word of a line.
   */
  readonly without?: readonly string[] | undefined;
  /** Left out as well: every line for which this is true, at both ends. */
  readonly except?: ((line: string) => boolean) | undefined;
}

/**
 * Everything that a database holds but its rows, one fact a line, sorted: `kind | name | aspect | value`. Written
 * from the catalogs and the server's own functions; knows nothing of how a copy is made.
 *
 * @param portable leaves out what majors tell differently: see `portable()` in judge/facts.ts
 */
export async function describeDatabase(
  client: pg.Client,
  { portable = false, without = [] }: { readonly portable?: boolean; readonly without?: readonly string[] } = {},
): Promise<readonly string[]> {
  const facts = await readFacts(client, portable);
  return facts.filter((line) => !without.includes(kindOf(line)));
}

/**
 * How two databases differ: lines `- …` that only the source has, `+ …` that only the destination has. Empty:
 * the same. Where their majors differ, both are described in the portable way.
 */
export async function differences(
  source: TestDatabase,
  destination: TestDatabase,
  { without = [], except = () => false }: JudgeOptions = {},
): Promise<readonly string[]> {
  const [one, other] = [await source.connect(), await destination.connect()];
  try {
    const portable = (await majorOf(one)) !== (await majorOf(other));
    const [left, right] = [await everything(one, portable), await everything(other, portable)];
    const wanted = (line: string) => !without.includes(kindOf(line)) && !except(line);
    const missing = notIn(left, right)
      .filter(wanted)
      .map((line) => ({ line, sign: "-" }));
    const added = notIn(right, left)
      .filter(wanted)
      .map((line) => ({ line, sign: "+" }));
    const both = [...missing, ...added].sort((a, b) => (a.line < b.line ? -1 : a.line > b.line ? 1 : 0));
    return both.map(({ line, sign }) => `${sign} ${line}`);
  } finally {
    await one.end();
    await other.end();
  }
}

/** Throws with the differences, if there are any. */
export async function expectSameDatabase(source: TestDatabase, destination: TestDatabase, options: JudgeOptions = {}): Promise<void> {
  const found = await differences(source, destination, options);
  if (found.length === 0) return;
  const shown = found.slice(0, 200).join("\n");
  throw new Error(`${found.length} differences between ${source.name} (-) and ${destination.name} (+):\n${shown}${found.length > 200 ? "\n…" : ""}`);
}

async function everything(client: pg.Client, portable: boolean): Promise<readonly string[]> {
  return [...(await readFacts(client, portable)), ...(await describeRows(client))];
}

/** Lines count as often as they are there. */
function notIn(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function kindOf(line: string): string {
  return line.slice(0, line.indexOf(" | "));
}

async function majorOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>("SELECT current_setting('server_version_num')::integer / 10000 AS version");
  // A query without a table gives one row.
  return rows[0]!.version;
}
