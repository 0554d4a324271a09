import { expect, test } from "vitest";
import { ItemError, TidemarkError } from "../../../src/core/errors.ts";
import { fateOf, fromPostgresError, isConnectionLost, sqlStateOf, withoutPasswords } from "../../../src/postgres/connect/errors.ts";
import { serverIdentity } from "../../../src/postgres/connect/identity.ts";
import { openSession } from "../../../src/postgres/connect/session.ts";
import { makeDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { MAJORS } from "../../support/postgres/servers.ts";

const SETUP = `CREATE SCHEMA s; CREATE TABLE s.t (a int CONSTRAINT k PRIMARY KEY); CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; INSERT INTO s.t VALUES (1);`;

test.each([
  ["CREATE SCHEMA s", "POSTGRES_EXISTS", "stale"],
  ["CREATE TABLE s.t ()", "POSTGRES_EXISTS", "stale"],
  ["CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "POSTGRES_EXISTS", "stale"],
  ["ALTER TABLE s.t ADD COLUMN a int", "POSTGRES_EXISTS", "stale"],
  ["ALTER TABLE s.t ADD CONSTRAINT k CHECK (a > 0)", "POSTGRES_EXISTS", "stale"],
  ["INSERT INTO s.t VALUES (1)", "POSTGRES_CONSTRAINT", "failed"],
  ["INSERT INTO pg_catalog.pg_namespace SELECT * FROM pg_catalog.pg_namespace", "POSTGRES_EXISTS", "stale"],
  ["SELECT 'x'::int", "POSTGRES_DATA", "failed"],
  ["SELECT FROM nowhere", "POSTGRES_STATEMENT", "failed"],
  ["CREATE FUNCTION s.c() RETURNS int LANGUAGE c AS 'nowhere'", "POSTGRES_FILE_MISSING", "refused"],
  ["SET TRANSACTION READ ONLY; CREATE TABLE s.n ()", "POSTGRES_READ_ONLY", "refused"],
  ["DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", "POSTGRES_DISK_FULL", "failed"],
  ["DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$", "POSTGRES_CONFLICT", "failed"],
  ["DO $$ BEGIN RAISE SQLSTATE 'XX001'; END $$", "POSTGRES_BROKEN", "failed"],
  ["DO $$ BEGIN RAISE SQLSTATE '99999'; END $$", "POSTGRES_ERROR", "failed"],
])("%s: %s", async (sql, code, fate) => {
  await using db = await makeDatabase(15);
  await db.sql(SETUP);
  const session = await openSession({ location: "here", host: "127.0.0.1", port: db.port, database: db.name, user: "postgres", password: undefined });
  const error = await session.query(sql).catch((reason: unknown) => reason);
  await session.close();
  expect(error).toMatchObject({ code, fate, hint: expect.any(String) as unknown });
  expect(fateOf(error)).toBe(fate);
  expect(fateOf(sqlCause(error))).toBe(fate);
  expect(isConnectionLost(error)).toBe(false);
});

test("which row does not keep to a constraint is said, and that a function's own words are its own", async () => {
  await using db = await makeDatabase(15);
  await db.sql(`${SETUP} CREATE TABLE s.u (a int)`);
  const session = await openSession({ location: "here", host: "127.0.0.1", port: db.port, database: db.name, user: "postgres", password: undefined });
  await session.query("INSERT INTO s.u VALUES (77)");
  await expect(session.query("ALTER TABLE s.u ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.t")).rejects.toThrow(
    /violates foreign key constraint "f" \(23503\): Key \(a\)=\(77\) is not present in table "t"$/,
  );
  await expect(session.query("DO $$ BEGIN RAISE 'no DDL today'; END $$")).rejects.toMatchObject({
    code: "POSTGRES_ERROR",
    message: expect.stringMatching(/no DDL today \(P0001\)$/) as unknown,
    hint: expect.stringContaining("event trigger") as unknown,
  });
  await session.close();
});

test("what a role may not do is refused", async () => {
  await using db = await makeDatabase(15);
  await db.sql(SETUP);
  const role = uniqueName("role");
  await db.sql(`CREATE ROLE ${role} LOGIN`);
  const session = await openSession({ location: "here", host: "127.0.0.1", port: db.port, database: db.name, user: role, password: undefined });
  await expect(session.query("SELECT FROM s.t")).rejects.toMatchObject({ code: "POSTGRES_PERMISSION", fate: "refused", sqlState: "42501" });
  await session.close();
  await db.sql(`DROP ROLE ${role}`);
});

test("a server's quote of a password is not handed on", async () => {
  await using db = await makeDatabase(15);
  const session = await openSession({ location: "here", host: "127.0.0.1", port: db.port, database: db.name, user: "postgres", password: undefined });
  const raised = "host=db password=''hunter2 x'' and postgres://me:hunter3@db";
  const error = await session.query(`DO $$ BEGIN RAISE '%', '${raised}' USING DETAIL = 'password=hunter4'; END $$`).catch((reason: unknown) => reason);
  await session.close();
  const cause = sqlCause(error);
  expect(JSON.stringify([error, String(error), cause, String(cause), (cause as Error).stack])).not.toMatch(/hunter/);
  expect(String(error)).toContain("postgres://me:…@db");
});

test("texts without passwords stay as they are", () => {
  for (const text of ["permission denied for table t", "http://db:80/x", 'relation "a@b" does not exist']) expect(withoutPasswords(text)).toBe(text);
});

test("what is no error of a server is a bug", () => {
  const bug = new TypeError("x is undefined");
  expect(() => fromPostgresError(bug, { item: "table t" })).toThrow(bug);
  const own = new TidemarkError("ODD", "odd");
  expect(fromPostgresError(own, { item: "table t" })).toBe(own);
  expect(sqlStateOf(Object.assign(new Error("pipe"), { code: "EPIPE" }))).toBeUndefined();
  expect(sqlStateOf(new Error("outer", { cause: Object.assign(new Error("inner"), { code: "42P01" }) }))).toBe("42P01");
  expect(fateOf(new ItemError("inDoubt", "ODD", "odd"))).toBe("inDoubt");
  expect(isConnectionLost(Object.assign(new Error("reset"), { code: "ECONNRESET" }))).toBe(true);
});

test.each(MAJORS)("PostgreSQL %s tells who it is, and not to whom may not ask", async (major) => {
  await using db = await makeDatabase(major);
  const role = uniqueName("role");
  await db.sql(`CREATE ROLE ${role} LOGIN`);
  const open = (user: string) => openSession({ location: "here", host: "127.0.0.1", port: db.port, database: db.name, user, password: undefined });
  const [owner, other] = await Promise.all([open("postgres"), open(role)]);
  const [row] = await db.sql<{ id: string }>("SELECT system_identifier::text AS id FROM pg_control_system()");
  expect(await serverIdentity(owner)).toEqual({ systemIdentifier: row?.id, database: db.name });
  await db.sql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
  await other.query("BEGIN");
  expect(await serverIdentity(other)).toEqual({ systemIdentifier: undefined, database: db.name });
  expect(await other.query("SELECT 1 AS n")).toEqual([{ n: 1 }]);
  await Promise.all([owner.close(), other.close()]);
  await db.sql(`DROP ROLE ${role}`);
});

function sqlCause(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
