import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeTerminal } from "../cli/terminal.ts";
import { makeDatabase } from "../support/postgres/databases.ts";
import { temporaryFolder } from "../support/temp.ts";

function plan(rules: string): string {
  return `version: 1
name: databases
locations:
  app: { type: postgres, url: "\${FROM_URL}" }
  copy: { type: postgres, url: "\${TO_URL}" }
syncs:
  shop:
    from: app
    to: copy
${rules}`;
}

test("`run` waits for the start of a database sync, and copies it then", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await using folder = await temporaryFolder("tidemark-run-");
  const env = { FROM_URL: source.url, TO_URL: target.url };
  // Loads the program: on a busy machine that may take longer than the start is away.
  await writeFile(folder.join("plan.yaml"), plan(""));
  expect(await makeTerminal(env).run("check", folder.join("plan.yaml"))).toBe(0);
  const at = Date.now() + 5000;
  await writeFile(folder.join("plan.yaml"), plan(`    schedule: { start: "${new Date(at).toISOString()}" }\n`));
  const terminal = makeTerminal(env);
  const code = terminal.run("run", folder.join("plan.yaml"), "--progress", "plain");
  await terminal.shown("will begin at");
  // What is copied is what is there when it begins.
  await source.sql("CREATE TABLE orders (id int PRIMARY KEY, at timestamptz DEFAULT now()); INSERT INTO orders SELECT generate_series(1, 500)");
  expect([await code, terminal.text()]).toEqual([0, expect.stringContaining("shop")]);
  expect(Date.now()).toBeGreaterThanOrEqual(at);
  expect(await target.sql("SELECT count(*)::int AS rows FROM orders")).toEqual([{ rows: 500 }]);
});

test("the copy of rows goes by the flow of its plan, and by `tidemark flow` while it runs", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await using folder = await temporaryFolder("tidemark-flow-");
  await source.sql("CREATE TABLE big (id int PRIMARY KEY, pad text); INSERT INTO big SELECT i, repeat('x', 1000) FROM generate_series(1, 2000) i");
  await writeFile(folder.join("plan.yaml"), plan("    flowOutside: pause\n"));
  const env = { FROM_URL: source.url, TO_URL: target.url };
  const terminal = makeTerminal(env);
  const code = terminal.run("run", folder.join("plan.yaml"), "--progress", "plain");
  await terminal.shown("is paused by its flow");
  const other = makeTerminal(env);
  expect(await other.run("flow", folder.join("plan.yaml"), "shop", "--rate", "500MB/s"), other.text()).toBe(0);
  expect(await code, terminal.text()).toBe(0);
  expect(terminal.text()).toContain("at most 500 MB/s");
  expect(await target.sql("SELECT count(*)::int AS rows FROM big")).toEqual([{ rows: 2000 }]);
});

test("a stop while it is paused does not wait for the end of the pause, and apply goes on later", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await using folder = await temporaryFolder("tidemark-flow-");
  await source.sql("CREATE TABLE big (id int PRIMARY KEY, pad text); INSERT INTO big SELECT i, repeat('x', 1000) FROM generate_series(1, 2000) i");
  await writeFile(folder.join("plan.yaml"), plan("    flowOutside: pause\n"));
  const env = { FROM_URL: source.url, TO_URL: target.url };
  const terminal = makeTerminal(env);
  const code = terminal.run("run", folder.join("plan.yaml"), "--progress", "plain");
  await terminal.shown("is paused by its flow");
  terminal.host.interrupts.interrupt();
  expect(await code, terminal.text()).toBe(130);
  expect(terminal.text()).toContain("the next one copies all rows again");

  await writeFile(folder.join("plan.yaml"), plan(""));
  const again = makeTerminal(env);
  expect(await again.run("apply", folder.join("plan.yaml"), "--auto-approve"), again.text()).toBe(0);
  expect(await target.sql("SELECT count(*)::int AS rows FROM big")).toEqual([{ rows: 2000 }]);
});

test("a stop cuts off a table in flight, since all rows begin anew, and says so", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await using folder = await temporaryFolder("tidemark-flow-");
  await source.sql("CREATE TABLE big (id int PRIMARY KEY, pad text); INSERT INTO big SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
  await writeFile(folder.join("plan.yaml"), plan("    flow: [{ maxRate: 1 MB/s }]\n"));
  const env = { FROM_URL: source.url, TO_URL: target.url };
  const terminal = makeTerminal(env);
  const code = terminal.run("apply", folder.join("plan.yaml"), "--auto-approve", "--progress", "plain");
  const copying = "SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'";
  await expect.poll(() => target.sql(copying), { timeout: 20_000 }).toEqual([{ sessions: 1 }]);
  terminal.host.interrupts.interrupt();
  expect(await code, terminal.text()).toBe(130);
  expect(terminal.text()).toContain("the next one copies all rows again");
  expect(await target.sql("SELECT count(*)::int AS rows FROM big")).toEqual([{ rows: 0 }]);

  await writeFile(folder.join("plan.yaml"), plan(""));
  const again = makeTerminal(env);
  expect(await again.run("apply", folder.join("plan.yaml"), "--auto-approve"), again.text()).toBe(0);
  expect(await target.sql("SELECT count(*)::int AS rows FROM big")).toEqual([{ rows: 20_000 }]);
});
