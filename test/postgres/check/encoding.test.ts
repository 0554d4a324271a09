import { describe, expect, test } from "vitest";
import { quoteName } from "../../../src/postgres/names.ts";
import { makeDatabase, look, uniqueName } from "./look.ts";

type Database = Awaited<ReturnType<typeof makeDatabase>>;

/** A database of another encoding or locale than the server's. */
async function makeWith(major: 10 | 13 | 15 | 18, options: string): Promise<Database> {
  await using maker = await makeDatabase(major);
  const name = uniqueName("db");
  await maker.sql(`CREATE DATABASE ${quoteName(name)} TEMPLATE template0 ${options}`);
  return await makeDatabase(major, { name, create: false });
}

describe("encoding", () => {
  test.each([
    ["LATIN1", "LATIN1", "pass"],
    ["LATIN1", "UTF8", "pass"],
    ["UTF8", "LATIN1", "confirm"],
    ["SQL_ASCII", "UTF8", "confirm"],
    ["UTF8", "SQL_ASCII", "confirm"],
    ["SQL_ASCII", "SQL_ASCII", "pass"],
  ])("%s to %s: %s", async (from, to, status) => {
    const make = (encoding: string) => makeWith(15, `ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`);
    await using source = await make(from);
    await using target = await make(to);
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(status === "pass" ? [] : [`DATABASE_ENCODING ${status}`]);
    expect(found.of("DATABASE_ENCODING").message).toContain(from);
  });

  test("one that no server converts to UTF8 cannot even be read", async () => {
    await using source = await makeWith(15, "ENCODING 'MULE_INTERNAL' LC_COLLATE 'C' LC_CTYPE 'C'");
    await using target = await makeDatabase(15);
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["POSTGRES_UNSUPPORTED fail"]);
    expect(found.of("POSTGRES_UNSUPPORTED").message).toContain("MULE_INTERNAL");
  });

  test("a new database gets the source's", async () => {
    await using source = await makeWith(15, "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    await using target = await makeDatabase(18, { create: false, name: uniqueName("new") });
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual([]);
    expect(found.of("DATABASE_ENCODING").message).toContain("LATIN1");
  });
});

describe("locale", () => {
  test("one that differs is to be confirmed", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeWith(15, "LC_COLLATE 'C' LC_CTYPE 'C'");
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["DATABASE_LOCALE confirm"]);
    expect(found.of("DATABASE_LOCALE").message).toContain("The source has C.UTF-8, the destination C:");
  });

  test("one that is only written otherwise does not", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeWith(15, "LC_COLLATE 'C.utf8' LC_CTYPE 'C.utf8'");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });

  test("the builtin provider of a new server", async () => {
    await using source = await makeWith(18, "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'");
    await using target = await makeDatabase(18);
    expect((await look({ from: source.url, to: target.url })).of("DATABASE_LOCALE").message).toContain("builtin C.UTF-8 over");
    await using missing = await makeDatabase(18, { create: false, name: uniqueName("new") });
    expect((await look({ from: source.url, to: missing.url })).problems).toEqual([]);
  });

  test("one that the destination's machine may not have", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15, { create: false, name: uniqueName("new") });
    // What the source's machine has is not known here: it only has to say so.
    const found = await look({
      from: source.url,
      to: target.url,
      as: {
        source: (session) => ({
          ...session,
          query: (sql, parameters) => session.query(sql.replace("d.datcollate::text AS collate", "'xx_YY.UTF-8' AS collate"), parameters),
        }),
      },
    });
    expect(found.problems).toEqual(["DATABASE_LOCALE confirm"]);
    expect(found.of("DATABASE_LOCALE").message).toContain("xx_YY.UTF-8");
  });
});

describe("versions of collations", () => {
  test("of the database, where its library has another by now", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    // glibc has a version for all but C; an ICU database has one anyway.
    await using named = await makeWith(15, "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
    await named.sql(`UPDATE pg_database SET datcollversion = '1.2.3' WHERE datname = '${named.name}'`);
    const found = await look({ from: named.url, to: target.url });
    expect(found.status("COLLATION_VERSION")).toBe("confirm");
    expect(found.of("COLLATION_VERSION").message).toContain("version 1.2.3");
    expect((await look({ from: source.url, to: target.url })).status("COLLATION_VERSION")).toBe("pass");
  });

  test("of a selected column", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(`CREATE COLLATION german (provider = icu, locale = 'de'); CREATE TABLE names (name text COLLATE german)`);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
    await source.sql("UPDATE pg_collation SET collversion = '1.2.3' WHERE collname = 'german'");
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["COLLATION_VERSION confirm"]);
    expect(found.of("COLLATION_VERSION").message).toContain("public.german");
  });
});
