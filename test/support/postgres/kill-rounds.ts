import { writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { startCli } from "../../e2e/cli.ts";
import type { TemporaryFolder } from "../temp.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "./databases.ts";
import type { Major } from "./servers.ts";

export interface DatabaseKillRounds {
  readonly from: Major;
  readonly to: Major;
  /** How many times the built CLI is killed. */
  readonly kills: number;
  /** Of the instants: the same seed kills at the same ones. */
  readonly seed: number;
  readonly folder: TemporaryFolder;
}

/** The longest that a run is let live, in milliseconds: somewhat more than a whole one takes. */
const LONGEST = 3500;
const TABLES = 12;

/**
 * Applies a plan of a database again and again, each time killed with SIGKILL at a random instant, until
 * it was killed often enough; then lets it finish, and looks at what is there.
 *
 * The destination is dropped whenever a run survives, so that there is always something to kill.
 */
export async function databaseKillRounds({
  from,
  to,
  kills,
  seed,
  folder,
}: DatabaseKillRounds): Promise<{ readonly kills: number; readonly finished: number }> {
  const random = lcg(seed);
  await using source = await makeDatabase(from);
  await source.sql(SCHEMA);
  await using target = await makeDatabase(to, { name: uniqueName("killed"), create: false });
  await writeFile(folder.join("plan.yaml"), planOf(source, target));
  const run = (...words: readonly string[]) => startCli(words, { cwd: folder.path, env: { HOME: folder.path } });
  let killed = 0;
  let finished = 0;
  while (killed < kills) {
    const running = run("apply", "plan.yaml", "--auto-approve", "--progress", "none");
    const timer = setTimeout(() => running.child.kill("SIGKILL"), Math.floor(random() * LONGEST));
    const { code, signal, stderr } = await running.finished;
    clearTimeout(timer);
    if (signal === "SIGKILL") {
      killed += 1;
      continue;
    }
    expect(code, stderr).toBe(0);
    finished += 1;
    await expectEqual(run);
    await dropTarget(source, target);
  }
  const last = await run("apply", "plan.yaml", "--auto-approve", "--progress", "none").finished;
  expect(last.code, last.stdout + last.stderr).toBe(0);
  await expectEqual(run);
  const again = await run("apply", "plan.yaml", "--auto-approve", "--json").finished;
  expect(again.json().at(-1)).toMatchObject({ type: "summary", run: null });
  await expectNothingLeft(source, target);
  return { kills: killed, finished };
}

type Run = (...words: readonly string[]) => ReturnType<typeof startCli>;

async function expectEqual(run: Run): Promise<void> {
  const compared = await run("compare", "plan.yaml", "--verbose").finished;
  expect(compared.code, compared.stdout + compared.stderr).toBe(0);
}

/** A backend whose client was killed ends by itself, once it notices; then nothing of ours is there. */
async function expectNothingLeft(source: TestDatabase, target: TestDatabase): Promise<void> {
  for (const database of [source, target]) {
    await expect
      .poll(() => database.sql("SELECT pid, query FROM pg_stat_activity WHERE application_name = 'tidemark' AND datname = current_database()"), {
        timeout: 20_000,
      })
      .toEqual([]);
    expect(await database.sql("SELECT slot_name FROM pg_replication_slots WHERE database = current_database()")).toEqual([]);
  }
  expect(await target.sql("SELECT datname FROM pg_database WHERE datname LIKE 'tidemark%'")).toEqual([]);
  expect(await target.sql("SELECT relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE NOT indisvalid")).toEqual([]);
}

/** By a connection to the server: one to the database would be in the way. */
async function dropTarget(source: TestDatabase, target: TestDatabase): Promise<void> {
  await target.close();
  const admin = await source.connect(target.url.replace(/\/[^/]*$/, "/postgres"));
  await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [target.name]);
  await admin.query(`DROP DATABASE IF EXISTS "${target.name}"`);
  await admin.end();
}

function planOf(source: TestDatabase, target: TestDatabase): string {
  return `version: 1
name: killed
locations:
  app: { type: postgres, url: "${source.url}" }
  replica: { type: postgres, url: "${target.url}" }
syncs:
  shop: { from: app, to: replica, sessions: 3, accounts: { include: none } }
`;
}

const SCHEMA = [
  "CREATE TYPE mood AS ENUM ('low', 'high'); CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';",
  ...Array.from(
    { length: TABLES },
    (_, at) => `CREATE TABLE t${at} (id serial PRIMARY KEY, parent int ${at === 0 ? "" : `REFERENCES t${at - 1}`}, mood mood, body text);
      INSERT INTO t${at} (parent, mood, body) SELECT ${at === 0 ? "NULL" : "1 + i % 100"}, 'low', repeat('row ' || i, 20) FROM generate_series(1, ${at === 3 ? 20_000 : 1000}) i;
      CREATE INDEX t${at}_twice ON t${at} (twice(id)); CREATE VIEW v${at} AS SELECT id, body FROM t${at};`,
  ),
  "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS rows FROM t3;",
].join("\n");

/** Numbers from 0 to 1, the same ones for the same seed. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
