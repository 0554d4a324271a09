import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isWord, meaningful, nameOf, splitStatements, stringOf, tokens } from "../../../src/postgres/dump/lexer.ts";
import { quoteLiteral, quoteName } from "../../../src/postgres/names.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";

/** Text made of what may confuse a lexer. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ";",
        "'",
        "''",
        '"',
        '""',
        "$$",
        "$a$",
        "$1",
        "--",
        "/*",
        "*/",
        "\n",
        "\\",
        "\\'",
        "E'",
        "U&'",
        "(",
        ")",
        " ",
        "begin atomic",
        " end ",
        "é",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(""));

/** A name or a text that PostgreSQL can hold. */
const name = nasty.map((text) => text.replaceAll("\0", "")).filter((text) => text !== "" && text.isWellFormed());

describe("pieces", () => {
  test("joined are the text", () => {
    fc.assert(fc.property(nasty, (sql) => void expect([...tokens(sql)].map(({ text }) => text).join("")).toBe(sql)));
    fc.assert(fc.property(nasty, (sql) => void expect(splitStatements(sql).join("")).toBe(sql)));
  });

  test("a quoted name and a literal are one piece each, and mean what was quoted", () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const [grant, quoted, literal, ...rest] = meaningful(`GRANT ${quoteName(one)} ${quoteLiteral(other)};`);
        expect([isWord(grant, "grant"), quoted && nameOf(quoted), literal && stringOf(literal), rest]).toEqual([true, one, other, []]);
      }),
    );
  });

  test("statements come back one by one, whatever their names, texts and comments hold", () => {
    const statement = fc
      .tuple(name, name, fc.constantFrom("plain", "dollar", "escape", "comment"))
      .filter(([, text, how]) => (how === "dollar" ? !`${text}$`.includes("$x$") : how === "comment" ? !/[\n\r]/.test(text) : true))
      .map(([called, text, how]) => {
        const value = {
          plain: quoteLiteral(text),
          dollar: `$x$${text}$x$`,
          escape: `E${quoteLiteral(text.replaceAll("\\", "\\\\"))}`,
          comment: `1 -- ${text}\n`,
        }[how];
        return ` SELECT ${value} AS ${quoteName(called)};`;
      });
    fc.assert(fc.property(fc.array(statement, { maxLength: 5 }), (statements) => void expect(splitStatements(statements.join(""))).toEqual(statements)));
  });
});

test.each([
  ["nested comments", "/* a /* b; */ c; */ SELECT 1; SELECT 2", ["/* a /* b; */ c; */ SELECT 1;", " SELECT 2"]],
  ["a dollar within a name", "SELECT a$b$; SELECT c$b$;", ["SELECT a$b$;", " SELECT c$b$;"]],
  [
    "a rule's commands",
    "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3;",
    ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);", " SELECT 3;"],
  ],
  [
    "a body in SQL",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3;",
    ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;", " SELECT 3;"],
  ],
  ["a transaction", "BEGIN; SELECT 1; END;", ["BEGIN;", " SELECT 1;", " END;"]],
  ["a string that goes on", "SELECT E'a' -- ;\n '\\';'; SELECT 1;", ["SELECT E'a' -- ;\n '\\';';", " SELECT 1;"]],
  ["blanks at the end", "SELECT 1;\n-- ;\n", ["SELECT 1;\n-- ;\n"]],
  ["nothing", "", []],
  ["a text of a megabyte", `SELECT '${"a''\n".repeat(300_000)}';`, [`SELECT '${"a''\n".repeat(300_000)}';`]],
])("%s", (_, sql, statements) => {
  expect(splitStatements(sql)).toEqual(statements);
});

test("PostgreSQL reads the same names and texts", async () => {
  await using db = await makeDatabase(18);
  const client = await db.connect();
  await fc.assert(
    fc.asyncProperty(name, name, async (called, text) => {
      const label = Buffer.from(called).subarray(0, 60).toString().replaceAll("\ufffd", "");
      fc.pre(label !== "");
      const sql = `SELECT ${quoteLiteral(text)} AS ${quoteName(label)}; SELECT 'second'`;
      const results = (await client.query(sql)) as unknown as readonly { readonly rows: readonly Record<string, string>[] }[];
      expect(results.map(({ rows }) => Object.entries(rows[0] ?? {})[0])).toEqual([
        [label, text],
        ["?column?", "second"],
      ]);
      expect(splitStatements(sql)).toHaveLength(2);
    }),
    { numRuns: 60 },
  );
});
