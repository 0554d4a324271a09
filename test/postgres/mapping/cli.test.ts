import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeTerminal } from "../../cli/terminal.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { temporaryFolder } from "../../support/temp.ts";

test("a user maps a schema and tables, looks, applies, and compares", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await using scratch = await makeDatabase(15);
  await using folder = await temporaryFolder("tidemark-map-");
  await source.sql(`CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE old_orders (id int PRIMARY KEY, "user" int REFERENCES users); CREATE INDEX by_user ON old_orders ("user");
    CREATE FUNCTION orders() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.old_orders'; INSERT INTO users VALUES (1, 'a'); INSERT INTO old_orders VALUES (1, 1)`);
  const file = folder.join("plan.yaml");
  await writeFile(
    file,
    `version: 1
name: databases
locations:
  app: { type: postgres, url: "\${FROM_URL}" }
  copy: { type: postgres, url: "\${TO_URL}" }
  scratch: { type: postgres, url: "\${SHADOW_URL}" }
syncs:
  shop:
    from: app
    to: copy
    accounts: { include: none }
    map:
      schemas: { public: shop }
      tables: { public.users: crm.people }
      rename: [{ from: "^old_(.*)$", to: "$1" }]
    shadow: scratch
`,
  );
  const terminal = makeTerminal({ FROM_URL: source.url, TO_URL: target.url, SHADOW_URL: scratch.url });
  expect(await terminal.run("plan", file, "--verbose", "--out", folder.join("changeset")), terminal.text()).toBe(0);
  const shown = terminal.text();
  for (const part of [
    "REFERENCES crm.people(id)",
    "CREATE TABLE shop.orders",
    "MAPPING_STALE_NAME",
    "function public.orders() goes on to name public.old_orders",
  ])
    expect(shown).toContain(part);
  expect(await terminal.run("apply", folder.join("changeset")), terminal.text()).toBe(0);
  expect(await target.sql(`SELECT p.name, o.id FROM crm.people p JOIN shop.orders o ON o."user" = p.id`)).toEqual([{ name: "a", id: 1 }]);
  expect(await terminal.run("compare", file), terminal.text()).toBe(0);
  expect(await terminal.run("plan", file), terminal.text()).toBe(0);
  expect(await terminal.run("check", file), terminal.text()).toBe(0);
});
