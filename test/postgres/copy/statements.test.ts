import { describe, expect, test } from "vitest";
import { forwardCopy } from "../../../src/postgres/copy/forward.ts";
import { copyStatements, type CopySelection } from "../../../src/postgres/copy/statements.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { MAJORS } from "../../support/postgres/servers.ts";
import { sessionTo, UNLIMITED } from "./sessions.ts";

const PLAIN: CopySelection = { schema: "public", name: "t", columns: ["a", "b"], freeze: false, binary: false, destination: { schema: "public", name: "u" } };

describe("texts", () => {
  test("a whole table", () => {
    expect(copyStatements(PLAIN)).toEqual({
      from: 'COPY "public"."t" ("a", "b") TO STDOUT',
      to: 'COPY "public"."u" ("a", "b") FROM STDIN',
    });
  });

  test("options, and other names at the destination", () => {
    const destination = { schema: 'o"dd', name: "u v", columns: ["x", 'y"'] };
    expect(copyStatements({ ...PLAIN, freeze: true, binary: true, encoding: "LATIN1", destination })).toEqual({
      from: `COPY "public"."t" ("a", "b") TO STDOUT WITH (FORMAT binary, ENCODING 'LATIN1')`,
      to: `COPY "o""dd"."u v" ("x", "y""") FROM STDIN WITH (FORMAT binary, ENCODING 'LATIN1', FREEZE)`,
    });
  });

  test("a part of it", () => {
    expect(copyStatements({ ...PLAIN, range: { kind: "all" } }).from).toBe('COPY "public"."t" ("a", "b") TO STDOUT');
    expect(copyStatements({ ...PLAIN, where: "a > 1 -- more", range: { kind: "blocks", from: 3, to: 5 } }).from).toBe(
      `COPY (SELECT "a", "b" FROM ONLY "public"."t" WHERE (\na > 1 -- more\n) AND ctid >= '(3,0)'::pg_catalog.tid AND ctid < '(5,0)'::pg_catalog.tid) TO STDOUT`,
    );
    expect(copyStatements({ ...PLAIN, range: { kind: "keys", column: "a", from: -9223372036854775808n, to: undefined } }).from).toContain(
      `WHERE "a" >= '-9223372036854775808'::pg_catalog.int8) TO`,
    );
  });
});

describe.each(MAJORS)("PostgreSQL %i takes them", (major) => {
  test("every combination", async () => {
    await using left = await makeDatabase(major);
    await using right = await makeDatabase(18);
    const table = `CREATE SCHEMA "o""dd '; --"; CREATE TABLE "o""dd '; --"."t (x)" ("a b" int, """c""" text, "select" bigint)`;
    for (const db of [left, right]) await db.sql(table);
    const schema = `o"dd '; --`;
    const name = "t (x)";
    await left.sql(`INSERT INTO "o""dd '; --"."t (x)" VALUES (1, 'x', -9223372036854775808), (2, NULL, 9223372036854775807), (3, 'y', 0)`);
    await using source = await sessionTo(left);
    await using destination = await sessionTo(right);
    let copies = 0;
    for (const columns of [['"c"', "select", "a b"], ["a b"]]) {
      for (const where of [undefined, '"a b" > 0 -- all (of them', "true OR false"]) {
        for (const range of [
          undefined,
          { kind: "all" },
          { kind: "blocks", from: 0, to: undefined },
          { kind: "blocks", from: 0, to: 7 },
          { kind: "keys", column: "select", from: -9223372036854775808n, to: undefined },
        ] as const) {
          for (const freeze of [false, true]) {
            for (const binary of [false, true]) {
              await destination.query(`BEGIN; TRUNCATE "o""dd '; --"."t (x)"`);
              const statements = copyStatements({ schema, name, columns, where, range, freeze, binary, encoding: "UTF8", destination: { schema, name } });
              const { rows } = await forwardCopy({
                source,
                destination,
                ...statements,
                item: "t",
                budget: UNLIMITED,
                signal: new AbortController().signal,
              }).catch((error: unknown) => {
                throw new Error(`${statements.from}\n${statements.to}`, { cause: error });
              });
              expect(rows, statements.from).toBe(3);
              await destination.query("ROLLBACK");
              copies += 1;
            }
          }
        }
      }
    }
    expect(copies).toBe(120);
  });

  test("a parent's rows without those of its children", async () => {
    await using left = await makeDatabase(major);
    await using right = await makeDatabase(18);
    for (const db of [left, right]) await db.sql("CREATE TABLE public.t (a int, b text); CREATE TABLE public.u (a int, b text)");
    await left.sql("CREATE TABLE public.child () INHERITS (public.t); INSERT INTO public.t VALUES (1, 'own'); INSERT INTO public.child VALUES (2, 'child')");
    await using source = await sessionTo(left);
    await using destination = await sessionTo(right);
    for (const where of [undefined, "true"]) {
      const statements = copyStatements({ ...PLAIN, where });
      expect(await forwardCopy({ source, destination, ...statements, item: "t", budget: UNLIMITED, signal: new AbortController().signal })).toEqual({
        bytes: 6,
        rows: 1,
      });
    }
  });

  test("a table without columns, in every form", async () => {
    await using left = await makeDatabase(major);
    await using right = await makeDatabase(18);
    for (const db of [left, right]) await db.sql("CREATE TABLE public.t ()");
    await left.sql(
      "CREATE TABLE public.child (a int) INHERITS (public.t); INSERT INTO public.child VALUES (1); INSERT INTO public.t SELECT FROM generate_series(1, 3)",
    );
    await using source = await sessionTo(left);
    await using destination = await sessionTo(right);
    for (const binary of [false, true]) {
      for (const where of [undefined, "true"]) {
        for (const range of [undefined, { kind: "blocks", from: 0, to: 5 }] as const) {
          const statements = copyStatements({ ...PLAIN, columns: [], where, range, binary, destination: { schema: "public", name: "t" } });
          expect((await forwardCopy({ source, destination, ...statements, item: "t", budget: UNLIMITED, signal: new AbortController().signal })).rows).toBe(3);
        }
      }
    }
  });
});

test("columns that are generated travel in no form", async () => {
  await using left = await makeDatabase(13);
  await using right = await makeDatabase(18);
  for (const db of [left, right]) {
    await db.sql(`CREATE TABLE public.t (a int, g int GENERATED ALWAYS AS (a * 2) STORED, b bigint GENERATED ALWAYS AS IDENTITY);
      CREATE TABLE public.only (g int GENERATED ALWAYS AS (7) STORED)`);
  }
  await left.sql("INSERT INTO public.t (a) VALUES (5), (6); UPDATE public.t SET a = a + 1; INSERT INTO public.only DEFAULT VALUES");
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  for (const [name, columns] of [
    ["t", ["a", "b"]],
    ["only", []],
  ] as const) {
    const statements = copyStatements({ ...PLAIN, name, columns, destination: { schema: "public", name } });
    await forwardCopy({ source, destination, ...statements, item: name, budget: UNLIMITED, signal: new AbortController().signal });
    expect(await right.sql(`SELECT * FROM public.${name} ORDER BY 1`)).toEqual(await left.sql(`SELECT * FROM public.${name} ORDER BY 1`));
  }
});

test("what is no text in any encoding passes between two databases in SQL_ASCII", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(18);
  const statements = (encoding: string | undefined) => copyStatements({ ...PLAIN, columns: ["a"], encoding });
  const names: string[] = [];
  for (const [db, table] of [
    [left, "t"],
    [right, "u"],
  ] as const) {
    const name = `${db.name}_ascii`;
    await db.sql(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
    await using session = await sessionTo({ name, port: db.port });
    await session.query(`CREATE TABLE public.${table} (a text)`);
    names.push(name);
  }
  {
    await using source = await sessionTo({ name: names[0] ?? "", port: left.port });
    await using destination = await sessionTo({ name: names[1] ?? "", port: right.port });
    await source.query(
      "SET client_encoding = 'SQL_ASCII'; INSERT INTO public.t SELECT E'x\\xff\\xfe\\t' || chr(i) FROM generate_series(1, 255) i; SET client_encoding = 'UTF8'",
    );
    const options = { source, destination, item: "t", budget: UNLIMITED, signal: new AbortController().signal };
    await expect(forwardCopy({ ...options, ...statements(undefined) })).rejects.toThrow("invalid byte sequence");
    expect((await forwardCopy({ ...options, ...statements("SQL_ASCII") })).rows).toBe(255);
    const bytes = (table: string) => `SELECT md5(string_agg(a, '|' ORDER BY a)) AS hash FROM public.${table}`;
    expect(await destination.query(bytes("u"))).toEqual(await source.query(bytes("t")));
  }
  await left.sql(`DROP DATABASE ${names[0]}`);
  await right.sql(`DROP DATABASE ${names[1]}`);
});
