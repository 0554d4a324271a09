import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import pg from "pg";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { startPostgres, startPrograms } from "../support/postgres/servers.ts";

/** Where Debian's packages put the programs of a major. */
const PROGRAMS = process.env["TIDEMARK_POSTGRES"] ?? "/usr/lib/postgresql/15/bin";

const SHOP = `
  CREATE EXTENSION hstore;
  CREATE TABLE customers (id serial PRIMARY KEY, attributes hstore, born date);
  CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES customers, total numeric) PARTITION BY RANGE (id);
  CREATE TABLE orders_low PARTITION OF orders FOR VALUES FROM (0) TO (500);
  CREATE TABLE orders_high PARTITION OF orders FOR VALUES FROM (500) TO (MAXVALUE);
  INSERT INTO customers (attributes, born) SELECT ('a=>' || i)::hstore, date '2000-01-01' + i FROM generate_series(1, 500) i;
  INSERT INTO orders (customer, total) SELECT 1 + i % 500, i FROM generate_series(1, 2000) i;
  CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;`;

test.skipIf(!isThere(join(PROGRAMS, "initdb")))("an installed PostgreSQL is copied to a newer one, and to itself", async () => {
  const servers = await Promise.all([startPrograms(PROGRAMS, 15, { settings: [], initdb: ["-E", "UTF8", "--locale=C.UTF-8"] }), startPostgres(18)]);
  try {
    const [debian, newer] = servers;
    await query(debian.url(), "CREATE DATABASE shop");
    await query(debian.url("shop"), SHOP);
    for (const target of [newer.url("copy"), debian.url("copy")]) {
      await using work = await DatabaseWorkplace.make({ from: debian.url("shop"), to: target });
      const result = await work.run({ accounts: { include: "none", exclude: [] } });
      expect(work.problems).toEqual([]);
      expect(result.status).toBe("applied");
      const again = await work.plan({ accounts: { include: "none", exclude: [] } }, { compare: true });
      expect(listed(again, "create", "copyRows", "conflict")).toEqual([]);
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
