import { describe, expect, test } from "vitest";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";

const SHOP = `
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL, mood mood);
  CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int NOT NULL REFERENCES customers, total numeric(10, 2) CHECK (total > 0));
  CREATE INDEX orders_by_customer ON orders (customer);
  CREATE VIEW rich AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
  CREATE MATERIALIZED VIEW sales AS SELECT count(*) AS orders FROM orders;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';
  CREATE TRIGGER shout BEFORE INSERT ON customers FOR EACH ROW EXECUTE PROCEDURE touch();
  INSERT INTO customers (name, mood) SELECT 'customer ' || i, 'happy' FROM generate_series(1, 100) i;
  INSERT INTO orders (customer, total) SELECT 1 + i % 100, i FROM generate_series(1, 1000) i;
  ALTER TABLE customers DISABLE TRIGGER shout;
  UPDATE customers SET name = 'quiet ' || id WHERE id < 10;
  ALTER TABLE customers ENABLE TRIGGER shout;
  REFRESH MATERIALIZED VIEW sales;
`;

describe("a database that is not there yet", () => {
  test("is created and filled, and a second apply finds nothing to do", async () => {
    await using source = await makeDatabase(15);
    await source.sql(SHOP);
    await using target = await makeDatabase(15, { name: uniqueName("copy"), create: false });
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });

    const changeset = await work.plan();
    expect(listed(changeset, "create")).toContain("database absent");
    expect(listed(changeset, "copyRows")).toEqual([
      "rows public.customers absent",
      "rows public.orders absent",
      "sequence-value public.customers_id_seq absent",
      "sequence-value public.orders_id_seq absent",
    ]);
    const result = await work.apply(changeset);
    expect(work.problems).toEqual([]);
    expect(result.status).toBe("applied");

    const rows =
      "SELECT (SELECT count(*)::int FROM customers) AS customers, (SELECT min(name) FROM customers WHERE id = 3) AS third, (SELECT sum(total)::text FROM orders) AS total, (SELECT orders::int FROM sales) AS sales";
    expect(await target.sql(rows)).toEqual(await source.sql(rows));
    const [next] = await target.sql<{ id: number }>("INSERT INTO customers (name) VALUES ('x') RETURNING id");
    expect(next?.id).toBe(101);

    await target.sql("DELETE FROM customers WHERE id = 101; SELECT setval('customers_id_seq', 100)");
    const again = await work.plan();
    expect(again.summary.hasChanges).toBe(false);
    expect(listed(again, "conflict", "notSynced")).toEqual([]);
    expect(again.summary.syncs[0]?.reasons).toMatchObject({ "rows-not-compared": 2 });
    expect((await work.apply(again)).run).toBeUndefined();
  });
});

describe("what is at the destination already", () => {
  test("is left alone where it differs, and says how", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x'); CREATE TABLE u (id int)");
    await target.sql("CREATE TABLE t (id int PRIMARY KEY, a varchar); CREATE TABLE u (id int)");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const changeset = await work.plan();
    expect(listed(changeset, "conflict")).toEqual(["table public.t different", "rows public.t table-unusable"]);
    const [conflict] = changeset.actions({ kinds: ["conflict"] });
    expect(conflict?.detail).toContain("character varying");
    expect(changeset.summary.hasChanges).toBe(false);
  });

  test("rows that nobody compared are a conflict, or replaced where the plan says so", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
    await target.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (7)");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    expect(listed(await work.plan(), "conflict")).toEqual(["rows public.t rows-exist"]);

    const replace = { rows: { onDifferent: "replace" as const } };
    expect((await work.run(replace)).status).toBe("applied");
    expect(await target.sql("SELECT id FROM t ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

describe("what changed since it was reviewed", () => {
  test("is stale: an altered source table, a filled destination table, an object that somebody made", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(
      "CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1)",
    );
    await target.sql("CREATE TABLE b (id int)");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const changeset = await work.plan();
    await source.sql("ALTER TABLE a ADD COLUMN more text");
    await target.sql("INSERT INTO b VALUES (7); CREATE TABLE c (id bigint)");
    const result = await work.apply(changeset);
    expect(result.status).toBe("partly");
    expect(work.problems.map((problem) => problem.split(" ").slice(0, 3).join(" "))).toEqual([
      "table public.a: SOURCE_CHANGED",
      "table public.c: DESTINATION_CHANGED",
      "rows public.a: SOURCE_CHANGED",
      "rows public.b: DESTINATION_NOT_EMPTY",
    ]);
    expect(result.syncs["shop"]?.outcomes).toMatchObject({ stale: 4, cancelled: 1 });
    expect(await target.sql("SELECT id FROM b")).toEqual([{ id: 7 }]);
    expect(await target.sql("SELECT id FROM c")).toEqual([]);
  });
});
