import { expect, test } from "vitest";
import { makeDatabase, type TestDatabase } from "../../support/postgres/databases.ts";
import type { Major } from "../../support/postgres/servers.ts";
import { compare, pairOf } from "./compare-databases.ts";

const PAIRS: readonly (readonly [Major, Major])[] = [
  [10, 18],
  [10, 13],
  [13, 15],
  [15, 15],
  [15, 18],
  [18, 18],
];

const FLOATS = ["0.1", "0.3", "1e22", "NaN", "-0", "0", "Infinity", "-Infinity", "5e-324", "1.7976931348623157e308", "0.30000000000000004"];

interface TypeCase {
  readonly type: string;
  /** Texts, no two of which are the same value for a comparison. */
  readonly values: readonly string[];
  readonly since?: Major;
}

const TYPES: readonly TypeCase[] = [
  { type: "int2", values: ["0", "-32768", "32767"] },
  { type: "int4", values: ["0", "-1", "2147483647"] },
  { type: "int8", values: ["0", "1", "4294967296", "-9223372036854775808", "9223372036854775807"] },
  { type: "float4", values: ["0.1", "0.3", "1e22", "NaN", "-0", "0", "Infinity", "1e-45", "0.33333334"] },
  { type: "float8", values: FLOATS },
  {
    type: "float8[]",
    values: ["{0.1,0.3}", "{0.3,0.1}", "{}", "{NULL}", "{{1e22},{-0}}", "{1e22,-0}", "[0:1]={1e22,-0}", "{NaN,Infinity}", "{0.10000000000000002}"],
  },
  { type: "float4[]", values: ["{0.1}", "{0.3}", "{1e22,NULL}"] },
  { type: "numeric", values: ["0", "1", "-1", "1.0", "1.00", "100", "NaN", "1e-20", "-123456789012345678901234567890.5"] },
  { type: "numeric(10,2)", values: ["0", "1", "-1", "1.01", "NaN"] },
  { type: "money", values: ["0.1", "-12345.67", "$1,000.00"] },
  { type: "bool", values: ["true", "false"] },
  { type: "text", values: ["", " ", "a", "A", "a ", "null", "NULL", '"', ",", "()", "(,)", "\\", "ä", "😀", "a\nb", "{}", "a\\b"] },
  { type: "varchar(10)", values: ["", "a", "a "] },
  { type: "char(5)", values: ["", "a", "ab"] },
  { type: "bpchar", values: ["a", "a ", "a  "] },
  { type: '"char"', values: ["a", "b", ""] },
  { type: "name", values: ["a", "A"] },
  { type: "bytea", values: ["\\x", "\\x00", "\\x0001", "\\xff"] },
  { type: "date", values: ["2024-02-29", "0044-03-15 BC", "infinity", "-infinity"] },
  { type: "time", values: ["00:00", "24:00", "12:34:56.789012", "00:00:00.000001", "01:11:34.967296"] },
  { type: "timetz", values: ["12:00+00", "12:00+02", "14:00+02"] },
  {
    type: "timestamp",
    values: ["2024-01-02 03:04:05.678901", "2000-01-01 00:00:00.000001", "2000-01-01 01:11:34.967296", "infinity", "4713-01-01 00:00:00 BC"],
  },
  { type: "timestamptz", values: ["2024-01-02 03:04:05+00", "2024-01-02 03:04:05-08", "-infinity"] },
  { type: "interval", values: ["1 month", "30 days", "720 hours", "-1 year 2 days 00:00:00.000001", "0"] },
  { type: "uuid", values: ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000"] },
  { type: "json", values: ["null", '{"a":1,"a":2}', '{"a": 1}', "[]"] },
  { type: "jsonb", values: ["null", '{"a":2}', "1", "1.0", "[0.1]"] },
  { type: "jsonb[]", values: ['{"1","{\\"a\\":1}"}'] },
  { type: "xml", values: ["<a/>", "<a></a>", "text"] },
  { type: "point", values: ["(0.1,0.3)", "(0.3,0.1)", "(-0,0)", "(0,0)", "(1e22,NaN)"] },
  { type: "line", values: ["{0.1,0.2,0.3}"] },
  { type: "lseg", values: ["[(0.1,0.2),(0.3,0.4)]", "[(0.3,0.4),(0.1,0.2)]"] },
  { type: "box", values: ["(0.3,0.4),(0.1,0.2)"] },
  { type: "path", values: ["[(0.1,0.2),(0.3,0.4)]", "((0.1,0.2),(0.3,0.4))"] },
  { type: "polygon", values: ["((0.1,0.2),(0.3,0.4),(0.5,0.6))"] },
  { type: "circle", values: ["<(0.1,0.2),0.3>"] },
  { type: "point[]", values: ['{"(0.1,0.2)","(0.3,0.4)"}'] },
  { type: "box[]", values: ["{(0.3,0.4),(0.1,0.2);(1,1),(0,0)}"] },
  { type: "cidr", values: ["10.0.0.0/8", "::/0"] },
  { type: "inet", values: ["10.0.0.1", "10.0.0.1/8", "::1"] },
  { type: "macaddr", values: ["08:00:2b:01:02:03"] },
  { type: "macaddr8", values: ["08:00:2b:01:02:03:04:05"] },
  { type: "bit(4)", values: ["0000", "1010"] },
  { type: "varbit", values: ["", "0", "00", "1"] },
  { type: "tsvector", values: ["'a':1A 'b':2", "'a':1 'b':2"] },
  { type: "tsquery", values: ["'a' & 'b'", "'a' <-> 'b'"] },
  { type: "int4range", values: ["empty", "[1,5)", "(,5)", "[1,)", "(,)"] },
  { type: "numrange", values: ["[1,2]", "[1.0,2]", "empty"] },
  { type: "tstzrange", values: ['["2024-01-01 00:00:00+00","2024-02-01 00:00:00+00")'] },
  { type: "daterange", values: ["[2024-01-01,infinity)"] },
  { type: "int4multirange", values: ["{}", "{[1,3),[5,8)}"], since: 15 },
  { type: "int4[]", values: ["{}", "{1,2}", "{{1,2}}", "[2:3]={1,2}", "{NULL}"] },
  { type: "text[]", values: ["{}", "{NULL}", '{"NULL"}', '{""}', '{"a,b"}', "{a,b}"] },
  { type: "interval[]", values: ['{"1 month","30 days"}'] },
  { type: "oid", values: ["0", "4294967295"] },
  { type: "regclass", values: ["pg_class", "0"] },
  { type: "regtype", values: ["integer"] },
  { type: "regproc", values: ["now"] },
  { type: "xid", values: ["3"] },
  { type: "tid", values: ["(0,1)"] },
  { type: "pg_lsn", values: ["0/16B3748"] },
  { type: "int2vector", values: ["1 2"] },
  { type: "oidvector", values: ["1 2"] },
  { type: "aclitem", values: ["postgres=arw/postgres"] },
  { type: "txid_snapshot", values: ["10:20:10,14"] },
  { type: "jsonpath", values: ["$.a[*]"], since: 13 },
  // Types of users.
  { type: "mood", values: ["sad", "ok", "happy"] },
  { type: "mood[]", values: ["{sad,ok}"] },
  { type: "measure", values: ["0.1", "NaN", "-0"] },
  { type: "measures", values: ["{0.1,0.3}"] },
  { type: "pair", values: ["(0.1,)", '(0.1,"")', "(,)", "(,NULL)", '(NaN,"a,b")'] },
  { type: "pair[]", values: ['{"(0.1,a)","(0.3,)",NULL}', '{"(,)"}', "{NULL}"] },
  { type: "deep", values: ['("(0.1,a)","{0.3,0.1}","[0.1,0.3]")', '("(,)",{},empty)', "(,,)"] },
  { type: "floatrange", values: ["empty", "[0.1,0.3]", "[0.1,0.3)", "(,0.3]", "(,)", "[0.1,infinity]"] },
  { type: "floatrange[]", values: ['{"[0.1,0.3]",empty}'] },
];

const SETUP = `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
  CREATE DOMAIN measure AS float8 CHECK (value IS NULL OR value <> 7);
  CREATE TYPE pair AS (f float8, "T ""x""" text);
  CREATE TYPE floatrange AS RANGE (subtype = float8);
  CREATE TYPE deep AS (p pair, f float4[], r floatrange);
  CREATE DOMAIN measures AS float8[];
`;

async function fill(db: TestDatabase, cases: readonly TypeCase[], unrelated: string): Promise<void> {
  // OIDs of users' types are others on each side.
  await db.sql(unrelated);
  await db.sql(SETUP);
  for (const [index, { type, values }] of cases.entries()) {
    await db.sql(`CREATE TABLE t${index} (id int PRIMARY KEY, v ${type}, twice ${type})`);
    for (const [id, value] of [...values, undefined].entries()) {
      const literal = value === undefined ? "NULL" : `'${value.replaceAll("'", "''")}'::${type}`;
      await db.sql(`INSERT INTO t${index} VALUES (${id}, ${literal}, ${literal})`);
    }
  }
}

test.each(PAIRS)(
  "%d to %d: equal values of every type are equal, and others are not",
  async (from, to) => {
    await using source = await makeDatabase(from);
    await using destination = await makeDatabase(to);
    const cases = TYPES.filter(({ since = 10 }) => from >= since && to >= since);
    await Promise.all([fill(source, cases, "SELECT 1"), fill(destination, cases, "CREATE TYPE before AS (a int, b text); CREATE TABLE before2 (a before[])")]);
    const pairs = cases.map((_, index) => pairOf(`t${index}`, ["id", "v", "twice"], { primaryKey: ["id"] }));
    const keyless = pairs.map((pair) => ({ ...pair, primaryKey: undefined }));
    for (const some of [pairs, keyless]) {
      const results = await compare(source, destination, some);
      expect(results.flatMap(({ equal, problem }, index) => (equal && !problem ? [] : [cases[index]?.type, problem]))).toEqual([]);
      expect(results.map(({ rows }) => rows?.source)).toEqual(cases.map(({ values }) => values.length + 1));
    }
    // Each value against every other one, NULL among them.
    const rounds = Math.max(...cases.map(({ values }) => values.length));
    for (let by = 1; by <= rounds; by++) {
      const turning = pairs.flatMap((pair, index) => {
        const { type = "", values = [] } = cases[index] ?? {};
        return values.length < by ? [] : [{ pair, type, count: values.length + 1 }];
      });
      await destination.sql(
        turning
          .map(({ pair: { source: t }, count }) => `UPDATE ${t.name} SET v = (SELECT o.twice FROM ${t.name} o WHERE o.id = (${t.name}.id + ${by}) % ${count})`)
          .join(";"),
      );
      const pairsNow = turning.map(({ pair }) => pair);
      const results = await compare(source, destination, pairsNow);
      for (const [index, { type, count }] of turning.entries()) {
        expect(
          results[index]?.differences.map(({ rowKey, columns }) => [rowKey, columns]),
          `${type}, each against the value ${by} after it`,
        ).toEqual(Array.from({ length: count }, (_, id) => [`(id)=(${id})`, ["v"]]));
      }
    }
  },
  240_000,
);
