import fc from "fast-check";
import { parseSync, loadModule } from "libpg-query";
import { beforeAll, describe, expect, test } from "vitest";
import { conditionProblem } from "../../src/plan-file/sql-condition.ts";

beforeAll(() => loadModule());

const RIGHT = [
  "a > 1",
  "(a > 1 AND (b < 2))",
  "name = 'it''s; fine)'",
  `"odd)name;" = 1`,
  `"a""b)" = 1`,
  "a = $$;)$$",
  "a = $tag$ $$ ;) $other$ $tag$",
  "a = E'it\\'s ;)'",
  "a = e'\\\\'",
  "a = E'one'\n'\\';)'",
  "a = E'one' -- and\n -- more\n '\\';)'",
  "a = U&'\\0041'",
  "a = B'101' OR b = X'1F' OR c = N'x)'",
  "a /* ) ; */ = 1",
  "a /* /* ) */ ; */ = 1",
  "a = 1 -- ) ;\n",
  "a = 1 -- ) ;\rAND b = 2",
  "a$b$c = 1 AND d$b$ > 2",
  "price = 1$a$;)$a$",
  "created_at > now() - interval '1 year'",
  "id IN (SELECT id FROM other WHERE note LIKE '%;%')",
  "a ~ '\\d+'",
  "größe > 1 AND name = '日本;'",
];

const WRONG = [
  "",
  "  \n ",
  "/* nothing */",
  "-- nothing\n",
  "a; b",
  "true) OR (true",
  "true)",
  "(a = 1",
  "a = 'x",
  "a = 'x''",
  'a = "x',
  "a = $$ x",
  "a = $t$ x $$ $T$",
  "a = E'x\\'",
  "a = E'x'\n'\\'",
  "a = 1 -- rest",
  "a = 1 --",
  "a /* x",
  "a /* /* x */",
  "a = '\\'; b",
  "a = '\\') OR true --'",
  "xE'\\'; DROP TABLE a --'",
  "a = 'x\0'",
  "a$b$;$b$",
];

describe("a condition", () => {
  test.each(RIGHT)("stays within its parentheses: %j", (text) => expect(conditionProblem(text)).toBeUndefined());

  test.each(WRONG)("does not: %j", (text) => {
    const { message, hint } = conditionProblem(text) ?? { message: "", hint: "" };
    expect([message, hint]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
  });
});

const PIECES = [
  ..."'\"$;()\\-/*\n\rEe_1ax ",
  "''",
  "--",
  "/*",
  "*/",
  "$$",
  "$a$",
  "E'",
  "\\'",
  "U&'",
  "'\n'",
  "' --\n'",
  "true",
  " OR ",
  "; DELETE FROM t",
  ") UNION SELECT 1 FROM t WHERE (true",
  "a = 1",
];

interface Parsed {
  readonly stmts: readonly { readonly stmt: { readonly SelectStmt?: Readonly<Record<string, unknown>> } }[];
}

/** What PostgreSQL's own parser makes of it. @returns undefined where it is no SQL */
function parse(sql: string): Parsed | undefined {
  try {
    return parseSync(sql) as Parsed;
  } catch {
    return undefined;
  }
}

test("what is let through never ends the statement or its parentheses, by PostgreSQL's own parser", () => {
  let parsed = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 14 }), (pieces) => {
      const text = pieces.join("");
      if (conditionProblem(text) !== undefined) return;
      // `LIMIT 7` behind the parentheses has to stay what it is.
      const found = parse(`SELECT 1 FROM t WHERE (${text}) LIMIT 7`);
      if (found === undefined) return;
      parsed += 1;
      expect(found.stmts).toHaveLength(1);
      const [select] = found.stmts.map(({ stmt }) => stmt.SelectStmt ?? {});
      if (!select) return;
      expect(select["op"]).toBe("SETOP_NONE");
      expect(JSON.stringify(select["limitCount"])).toContain('"ival":7');
      expect(Object.keys(select).toSorted()).toEqual(["fromClause", "limitCount", "limitOption", "op", "targetList", "whereClause"]);
    }),
    { numRuns: 30_000 },
  );
  // Else nothing was tried.
  expect(parsed).toBeGreaterThan(20);
});

test("every condition that PostgreSQL reads as one expression is let through", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES.filter((piece) => !piece.includes(")"))), { minLength: 1, maxLength: 10 }), (pieces) => {
      const text = pieces.join("");
      const found = parse(`SELECT 1 FROM t WHERE (\n${text}\n)`);
      if (found?.stmts.length !== 1) return;
      const problem = conditionProblem(text);
      // Two things are refused though this parser reads them: they mean something else within one line, or to an old server.
      if (problem !== undefined) expect(problem.message).toMatch(/`--` comment|backslash/);
    }),
    { numRuns: 30_000 },
  );
});
