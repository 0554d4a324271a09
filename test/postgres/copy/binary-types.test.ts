import { describe, expect, test } from "vitest";
import { typesMatchForBinary } from "../../../src/postgres/copy/binary-types.ts";
import { forwardCopy } from "../../../src/postgres/copy/forward.ts";
import { copyStatements } from "../../../src/postgres/copy/statements.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { sessionTo, UNLIMITED } from "./sessions.ts";

/** A value of each type that is carried in binary, with what is odd about it. */
const SAFE: readonly (readonly [type: string, value: string])[] = [
  ["boolean", "true"],
  ["smallint", "-32768"],
  ["integer", "-2147483648"],
  ["bigint", "-9223372036854775808"],
  ["numeric", "'-12345678901234567890.000100'"],
  ["numeric(10,2)", "'NaN'"],
  ["real", "'-0'"],
  ["float8", "'5e-324'"],
  ["text", "E'a\\tb\\n\\\\é'"],
  ["varchar(20)", "'x '"],
  ["char(5)", "'x'"],
  ['"char"', "'ÿ'"],
  ["name", "'a name'"],
  ["bytea", "'\\x00ff'"],
  ["date", "'4714-11-24 BC'"],
  ["time", "'24:00'"],
  ["timetz", "'12:00+05:30'"],
  ["timestamp", "'infinity'"],
  ["timestamptz", "'2001-02-03 04:05:06.789+09'"],
  ["interval", "'-1 year 2 mons -3 days 04:05:06.7'"],
  ["uuid", "'00112233-4455-6677-8899-aabbccddeeff'"],
  ["json", `'{"a" :  1}'`],
  ["jsonb", `'{"a": [1, null, 1.50]}'`],
  ["inet", "'::ffff:1.2.3.4/100'"],
  ["cidr", "'10.0.0.0/8'"],
  ["macaddr", "'08:00:2b:01:02:03'"],
  ["macaddr8", "'08:00:2b:01:02:03:04:05'"],
  ["bit(5)", "B'10101'"],
  ["varbit", "B''"],
  ["point", "'(1,2)'"],
  ["line", "'{1,2,3}'"],
  ["lseg", "'[(0,0),(1,1)]'"],
  ["box", "'(1,1),(0,0)'"],
  ["path", "'[(0,0),(1,1)]'"],
  ["polygon", "'((0,0),(1,1),(2,0))'"],
  ["circle", "'<(0,0),5>'"],
  ["tsvector", `'''a b'':1A,2 c'`],
  ["tsquery", `'a & !(b | c:*)'`],
  ["int4range", "'[1,5)'"],
  ["tstzrange", "'(,infinity)'"],
  ["numrange", "'empty'"],
  ["integer[]", "'[-1:1]={1,NULL,3}'"],
  ["text[]", `'{{"a,b",NULL},{"","\\\\"}}'`],
  ["int4range[]", `'{"[1,2)",empty}'`],
  ["oid", "4294967295"],
];

/** How a value is looked at, where it prints differently in older versions. */
const TEXT: Readonly<Record<string, string>> = { '"char"': "int4", real: "float4send", float8: "float8send" };

const UNSAFE = [
  "public.mood",
  "public.mood[]",
  "public.small",
  "public.pair",
  "public.span",
  "public.pair[]",
  "regclass",
  "regproc",
  "regtype",
  "regrole",
  "regclass[]",
  "money",
  "xml",
  "aclitem",
  "public.citext",
];

const TYPES = `CREATE EXTENSION citext SCHEMA public; CREATE TYPE public.mood AS ENUM ('a', 'b'); CREATE DOMAIN public.small AS int CHECK (value < 9); CREATE TYPE public.pair AS (a int, b int);
  CREATE TYPE public.span AS RANGE (subtype = int);`;

describe.each([
  [10, 18],
  [13, 15],
  [15, 18],
  [18, 18],
] as const)("from %i to %i", (from, to) => {
  test("types that are carried in binary arrive as they are", async () => {
    await using left = await makeDatabase(from);
    await using right = await makeDatabase(to);
    const table = `CREATE TABLE public.t (${SAFE.map(([type], at) => `c${at} ${type}`).join(", ")})`;
    for (const db of [left, right]) await db.sql(table);
    await left.sql(`INSERT INTO public.t VALUES (${SAFE.map(([, value]) => value).join(", ")}); INSERT INTO public.t DEFAULT VALUES`);
    await using source = await sessionTo(left);
    await using destination = await sessionTo(right);
    const columns = SAFE.map((_, at) => `c${at}`);
    for (const column of columns) {
      const answer = await typesMatchForBinary(source, destination, [pairOf("t", [column])]);
      expect(answer, SAFE[columns.indexOf(column)]?.[0]).toEqual([true]);
    }
    const statements = copyStatements({ schema: "public", name: "t", columns, freeze: false, binary: true, destination: { schema: "public", name: "t" } });
    await forwardCopy({ source, destination, ...statements, item: "t", budget: UNLIMITED, signal: new AbortController().signal });
    // Floats print differently below 12.
    const texts = `SELECT ${SAFE.map(([type], at) => `${TEXT[type] ?? "format"}(${type in TEXT ? "" : "'%s', "}c${at}) AS c${at}`).join(", ")} FROM public.t ORDER BY c0`;
    expect(await destination.query(texts)).toEqual(await source.query(texts));
  });

  test("types that are not", async () => {
    await using left = await makeDatabase(from);
    await using right = await makeDatabase(to);
    for (const db of [left, right]) await db.sql(`${TYPES} CREATE TABLE public.t (${UNSAFE.map((type, at) => `c${at} ${type}`).join(", ")})`);
    await using source = await sessionTo(left);
    await using destination = await sessionTo(right);
    const answers = await typesMatchForBinary(
      source,
      destination,
      UNSAFE.map((_, at) => pairOf("t", [`c${at}`])),
    );
    expect(UNSAFE.filter((_, at) => answers[at] !== false)).toEqual([]);
  });
});

test("tables of other types, other names, missing columns, and none", async () => {
  await using left = await makeDatabase(15);
  await using right = await makeDatabase(18);
  await left.sql("CREATE TABLE public.t (a int, b text); CREATE TABLE public.u (a int)");
  await right.sql('CREATE SCHEMA o; CREATE TABLE o."T t" (x int, b varchar, "Y" text); CREATE TABLE public.u (a bigint)');
  await using source = await sessionTo(left);
  await using destination = await sessionTo(right);
  const to = { schema: "o", name: "T t" };
  const t = { schema: "public", name: "t" };
  expect(
    await typesMatchForBinary(source, destination, [
      {
        source: t,
        destination: to,
        columns: [
          { source: "a", destination: "x" },
          { source: "b", destination: "Y" },
        ],
      },
      { source: t, destination: to, columns: [{ source: "b", destination: "b" }] },
      pairOf("u", ["a"]),
      { source: t, destination: to, columns: [{ source: "a", destination: "none" }] },
      { source: t, destination: { schema: "o", name: "none" }, columns: [{ source: "a", destination: "x" }] },
      { source: t, destination: to, columns: [] },
    ]),
  ).toEqual([true, false, false, false, false, true]);
  expect(await typesMatchForBinary(source, destination, [])).toEqual([]);
});

function pairOf(name: string, columns: readonly string[]) {
  const table = { schema: "public", name };
  return { source: table, destination: table, columns: columns.map((column) => ({ source: column, destination: column })) };
}
