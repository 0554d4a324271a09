import { describe, expect, test } from "vitest";
import { look, makeDatabase, makeRole, uniqueName } from "./look.ts";

describe("reading the source as a role that is no superuser", () => {
  test.each([10, 15, 18] as const)("what it may not read is named, on %i", async (major) => {
    await using source = await makeDatabase(major);
    await using target = await makeDatabase(18);
    await using role = await makeRole([source]);
    await source.sql(`
      CREATE SCHEMA open; CREATE SCHEMA "Closed one"; GRANT USAGE ON SCHEMA open TO ${role.name};
      CREATE TABLE open.a (id int); CREATE TABLE open.b (id int); CREATE SEQUENCE open.s; CREATE TABLE "Closed one".t (id int);
      GRANT SELECT ON open.a, "Closed one".t TO ${role.name};
      CREATE TABLE open.columns (a int, b int); GRANT SELECT (a) ON open.columns TO ${role.name}`);
    const found = await look({ from: source.urlAs(role.name), to: target.url });
    expect(found.problems).toEqual(["SOURCE_USAGE_MISSING fail", "SOURCE_SELECT_MISSING fail", "SOURCE_SELECT_MISSING fail"]);
    expect(found.of("SOURCE_USAGE_MISSING").message).toBe(`${role.name} may not use 1 schema: "Closed one".`);
    const messages = found.all.filter(({ code }) => code === "SOURCE_SELECT_MISSING").map(({ message }) => message);
    // A column's privilege is not enough: reading locks the table.
    expect(messages).toEqual([`${role.name} may not read 2 tables: open.b, open.columns.`, `${role.name} may not read 1 sequence: open.s.`]);
    await source.sql(`GRANT USAGE ON SCHEMA "Closed one" TO ${role.name}; GRANT SELECT ON ALL TABLES IN SCHEMA open TO ${role.name};
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA open TO ${role.name}`);
    expect((await look({ from: source.urlAs(role.name), to: target.url })).problems).toEqual([]);
  });

  test("what is excluded does not matter", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await makeRole([source]);
    await source.sql("CREATE TABLE secret (id int)");
    const sync = { objects: { include: "default", exclude: [{ kind: "table", schema: "public", name: "secret" }] } } as const;
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync })).problems).toEqual([]);
  });

  test("ten are named, and the rest counted", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await makeRole([source]);
    await source.sql("DO $$ BEGIN FOR i IN 10..29 LOOP EXECUTE 'CREATE TABLE t' || i || ' (id int)'; END LOOP; END $$");
    const found = await look({ from: source.urlAs(role.name), to: target.url });
    expect(found.of("SOURCE_SELECT_MISSING").message).toMatch(/20 tables: public\.t10, .*public\.t19 and 10 more\.$/);
  });

  test("passwords are to be confirmed only where roles go along", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await makeRole([source]);
    const all = { accounts: { include: "all", exclude: [] } } as const;
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync: all })).problems).toEqual(["PASSWORDS_UNREADABLE confirm"]);
    expect((await look({ from: source.urlAs(role.name), to: target.url })).problems).toEqual([]);
    await source.sql(`GRANT SELECT ON pg_catalog.pg_authid TO ${role.name}`);
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync: all })).status("PASSWORDS_UNREADABLE")).toBe("pass");
  });

  test("rows that a policy may hide cannot be copied", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await makeRole([source]);
    await source.sql(`CREATE TABLE own (id int); ALTER TABLE own ENABLE ROW LEVEL SECURITY; CREATE TABLE open (id int);
      GRANT SELECT ON own, open TO ${role.name}`);
    const found = await look({ from: source.urlAs(role.name), to: target.url });
    expect(found.problems).toEqual(["ROWS_HIDDEN fail"]);
    expect(found.of("ROWS_HIDDEN").message).toContain("1 table from");
    expect(found.of("ROWS_HIDDEN").message).toContain("public.own");
    const rowless = { "public.own": { rows: false, where: undefined, columns: undefined } };
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync: { tables: rowless } })).problems).toEqual([]);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
    // Even its owner may not see all where that is forced.
    await source.sql(`ALTER TABLE own OWNER TO ${role.name}`);
    const accept = { accounts: { include: "none", exclude: [] } } as const;
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync: accept })).status("ROWS_HIDDEN")).toBe("pass");
    await source.sql("ALTER TABLE own FORCE ROW LEVEL SECURITY");
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync: accept })).status("ROWS_HIDDEN")).toBe("fail");
    await source.sql(`ALTER ROLE ${role.name} BYPASSRLS`);
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync: accept })).status("ROWS_HIDDEN")).toBe("pass");
  });

  test("large objects of others", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await makeRole([source]);
    await source.sql(`SELECT lo_create(1001); SELECT lo_create(1002); GRANT SELECT ON LARGE OBJECT 1001 TO ${role.name}`);
    const found = await look({ from: source.urlAs(role.name), to: target.url });
    expect(found.problems).toEqual(["LARGE_OBJECTS_UNREADABLE fail"]);
    expect(found.of("LARGE_OBJECTS_UNREADABLE").message).toContain("1 of 2 large objects");
    const sync = { objects: { include: "default", exclude: [{ kind: "large-object", schema: undefined, name: "*" }] } } as const;
    expect((await look({ from: source.urlAs(role.name), to: target.url, sync })).problems).toEqual([]);
  });
});

describe("writing the destination as a role that is no superuser", () => {
  test.each([10, 15, 18] as const)("a database may be created with CREATEDB only, on %i", async (major) => {
    await using source = await makeDatabase(10);
    await using server = await makeDatabase(major);
    await using role = await makeRole([server]);
    await using target = await makeDatabase(major, { create: false, name: uniqueName("new") });
    const found = await look({ from: source.url, to: target.urlAs(role.name) });
    expect(found.problems).toEqual(["CREATEDB_MISSING fail"]);
    expect(found.of("CREATEDB_MISSING").hint).toContain(`ALTER ROLE "${role.name}" CREATEDB`);
    await server.sql(`ALTER ROLE ${role.name} CREATEDB`);
    expect((await look({ from: source.url, to: target.urlAs(role.name) })).problems).toEqual([]);
  });

  test("schemas, and what goes into those that are there", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await makeRole([target]);
    await source.sql(`CREATE TABLE public.a (id int); CREATE SCHEMA "New"; CREATE TABLE "New".b (id int)`);
    const found = await look({ from: source.url, to: target.urlAs(role.name) });
    // From 15 on nobody but its owner may create in public.
    expect(found.problems).toEqual(["DATABASE_CREATE_MISSING fail", "SCHEMA_CREATE_MISSING fail"]);
    expect(found.of("DATABASE_CREATE_MISSING").message).toContain(`not there yet: "New"`);
    expect(found.of("SCHEMA_CREATE_MISSING").message).toContain("1 schema: public");
    await target.sql(`GRANT CREATE ON SCHEMA public TO ${role.name}; GRANT CREATE ON DATABASE "${target.name}" TO ${role.name}`);
    expect((await look({ from: source.url, to: target.urlAs(role.name) })).problems).toEqual([]);
    await target.sql(`REVOKE CREATE ON DATABASE "${target.name}" FROM ${role.name}; CREATE SCHEMA there AUTHORIZATION ${role.name}`);
    const map = { database: undefined, schemas: { New: "there" }, tables: {}, rename: [] };
    expect((await look({ from: source.url, to: target.urlAs(role.name), sync: { map } })).problems).toEqual([]);
  });

  test("roles that are to be created, and owners that are to own", async () => {
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(15);
    await using owner = await makeRole([source]);
    await using role = await makeRole([target]);
    await target.sql(`ALTER DATABASE "${target.name}" OWNER TO ${role.name}`);
    await source.sql(`CREATE TABLE t (id int); ALTER TABLE t OWNER TO ${owner.name}`);
    const sync = { accounts: { include: [owner.name], exclude: [] } };
    const found = await look({ from: source.url, to: target.urlAs(role.name), sync });
    expect(found.problems).toEqual(["CREATEROLE_MISSING confirm", "OWNERS_NOT_AVAILABLE confirm"]);
    expect(found.of("CREATEROLE_MISSING").message).toContain(owner.name);
    expect(found.of("OWNERS_NOT_AVAILABLE").message).toContain(owner.name);
    await target.sql(`ALTER ROLE ${role.name} CREATEROLE`);
    expect((await look({ from: source.url, to: target.urlAs(role.name), sync })).problems).toEqual([]);
    await target.sql(`ALTER ROLE ${role.name} NOCREATEROLE; CREATE ROLE ${owner.name}`);
    // It is there now, and whoever applies may not act for it.
    expect((await look({ from: source.url, to: target.urlAs(role.name), sync })).problems).toEqual(["OWNERS_NOT_AVAILABLE confirm"]);
    // It may make itself a member, for as long as a run takes.
    await target.sql(`ALTER ROLE ${role.name} CREATEROLE`);
    expect((await look({ from: source.url, to: target.urlAs(role.name), sync })).problems).toEqual([]);
    await target.sql(`ALTER ROLE ${role.name} NOCREATEROLE; GRANT ${owner.name} TO ${role.name}`);
    expect((await look({ from: source.url, to: target.urlAs(role.name), sync })).problems).toEqual([]);
    await target.sql(`DROP ROLE ${owner.name}; ALTER DATABASE "${target.name}" OWNER TO postgres`);
  });
});

describe("kinds that need a superuser", () => {
  test.each([10, 18] as const)("are named to a role that is none, on %i", async (major) => {
    await using source = await makeDatabase(10);
    await using target = await makeDatabase(major);
    await using role = await makeRole([target]);
    await target.sql(`ALTER DATABASE "${target.name}" OWNER TO ${role.name}; ALTER SCHEMA public OWNER TO ${role.name}`);
    await source.sql(`
      CREATE FUNCTION noticed() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE PROCEDURE noticed();
      CREATE OPERATOR FAMILY family USING btree; CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int);
      CREATE FUNCTION safe() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1'`);
    const found = await look({ from: source.url, to: target.urlAs(role.name) });
    const gated = major === 10 ? ["KINDS_NEED_NEWER fail"] : [];
    expect(found.problems).toEqual([...gated, "SUPERUSER_NEEDED confirm"]);
    expect(found.of("SUPERUSER_NEEDED").message).toMatch(/2 objects: event-trigger watch, operator-family public\.family\.$/);
    const all = await look({ from: source.url, to: target.urlAs(role.name), sync: { objects: { include: "all", exclude: [] } } });
    expect(all.of("SUPERUSER_NEEDED").message).toContain("function public.safe");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual(gated);
    await target.sql(`ALTER DATABASE "${target.name}" OWNER TO postgres; ALTER SCHEMA public OWNER TO postgres`);
  });
});
