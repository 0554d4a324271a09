import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeDatabase } from "../support/postgres/databases.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startTerminal } from "../support/terminal.ts";

const PLAN = `version: 1
name: databases
locations:
  app: { type: postgres, url: "\${FROM_URL}" }
  copy: { type: postgres, url: "\${TO_URL}" }
syncs:
  shop:
    from: app
    to: copy
    flowOutside: pause
`;

test("the screen of a database says the phase and the tables in flight; p lets go what the plan pauses", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await using folder = await temporaryFolder("tidemark-screen-");
  await source.sql("CREATE TABLE big (id int PRIMARY KEY, pad text); INSERT INTO big SELECT i, repeat('x', 1000) FROM generate_series(1, 2000) i");
  await writeFile(folder.join("plan.yaml"), PLAN);
  const env = { FROM_URL: source.url, TO_URL: target.url };
  await using terminal = startTerminal(["apply", "plan.yaml", "--auto-approve"], { cwd: folder.path, env });
  await terminal.shows(/schema ✓ {2}rows and indexes … {2}constraints {2}finish/);
  await terminal.shows("rows public.big");
  await terminal.shows("Paused until somebody lets it go on");
  terminal.type("+");
  await terminal.shows("the sessions of a database sync stay as they are");
  terminal.type("p");
  expect((await terminal.exited).code, terminal.history().join("\n")).toBe(0);
  expect(await target.sql("SELECT count(*)::int AS rows FROM big")).toEqual([{ rows: 2000 }]);
});
