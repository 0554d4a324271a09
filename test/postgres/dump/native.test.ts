import { chown, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DumpEntry } from "../../../src/postgres/dump/archive.ts";
import { dumpSchema } from "../../../src/postgres/dump/dump-schema.ts";
import { loadCorpus, makeRoles } from "../../support/postgres/corpus.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { DatabaseWorkplace, listed } from "../../support/postgres/database-workplace.ts";
import { expectSameDatabase } from "../../support/postgres/judge.ts";
import { DEBIANS, fakePgDump, HAS_DEBIANS, sessionWith } from "../../support/postgres/pg-dump.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres/servers.ts";
import { POSTGRES_TLS } from "../../support/postgres/tls.ts";
import { temporaryFolder } from "../../support/temp.ts";

const never = new AbortController().signal;

/** What pg_dump 15 and 18 write in other words. */
const IN_OTHER_WORDS: readonly (readonly [pattern: RegExp, same: string])[] = [
  [/SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE/g, "ALL"],
  [/^(ALTER DEFAULT PRIVILEGES .* ON [A-Z]+) {2}/gm, "$1 "],
  [/ streaming = off, run_as_owner = true,?| synchronous_commit = local/g, ""],
  [/ALTER FOREIGN TABLE ONLY /g, "ALTER FOREIGN TABLE "],
  // A NOT NULL of a column that is inherited.
  [/,?\n {4}NOT NULL late/g, ""],
  [/\n*ALTER TABLE ONLY c_inheritance\.no_default ALTER COLUMN late SET NOT NULL;/g, ""],
  [/slot_name = (NONE|'c_slot'),?/g, "slot_name = $1"],
];

/** Entries as another dump of the same database has them: its numbers are its own, and older ones know no `relkind`. */
function comparable(entries: readonly DumpEntry[]): readonly string[] {
  const names = new Map(entries.map(({ dumpId, type, schema, tag }) => [dumpId, `${type} ${schema} ${tag}`]));
  return entries.map((entry) => {
    const definition = IN_OTHER_WORDS.reduce((text, [pattern, same]) => text.replaceAll(pattern, same), entry.definition);
    const dependencies = entry.dependencies.map((id) => names.get(id) ?? "").sort((a, b) => (a < b ? -1 : 1));
    return JSON.stringify({ ...entry, dumpId: 0, relkind: "", definition, dependencies });
  });
}

async function dumpOf(db: TestDatabase, env: Readonly<Record<string, string>> = {}) {
  await using session = await sessionWith(db, env);
  return await dumpSchema({ session, signal: never });
}

/** Where Debian's postgresql-client-15 is installed, as CI has it. */
describe.skipIf(!HAS_DEBIANS)("pg_dump 15 of this machine", () => {
  test.each([10, 13, 15] as const)("reads the whole corpus of PostgreSQL %i as the one that comes along does", async (major) => {
    await using roles = await makeRoles({ on: [major] });
    await using db = await makeDatabase(major);
    await loadCorpus(db, { major, roles });
    const along = await dumpOf(db);
    const native = await dumpOf(db, { TIDEMARK_PG_DUMP: DEBIANS });
    expect(native.entries.length).toBeGreaterThan(900);
    expect(comparable(native.entries)).toEqual(comparable(along.entries));
    expect(native.warnings).toEqual(along.warnings);
    // Which of the two wrote an archive: only the newer one tells what kind of relation an entry is.
    expect(native.entries.some(({ relkind }) => relkind !== "")).toBe(false);
    expect(along.entries.some(({ relkind }) => relkind !== "")).toBe(true);
  });

  test("looks through the snapshot that is held", async () => {
    await using db = await makeDatabase(15);
    await db.sql("CREATE TABLE public.before ()");
    const holder = await db.connect();
    await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const { rows } = await holder.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
    await db.sql("CREATE TABLE public.after ()");
    const tables = async (snapshot: string | undefined) => {
      await using session = await sessionWith(db, { TIDEMARK_PG_DUMP: DEBIANS });
      return (await dumpSchema({ session, snapshot, signal: never })).entries.filter(({ type }) => type === "TABLE").map(({ tag }) => tag);
    };
    expect(await tables(rows[0]?.id)).toEqual(["before"]);
    expect(await tables(undefined)).toEqual(["after", "before"]);
  });

  test("is told neither the role's password nor where the server is, and none of our variables", async () => {
    await using folder = await temporaryFolder();
    await using db = await makeDatabase(15, { name: uniqueName(`it's "a" \\ base`) });
    await db.sql(`CREATE TABLE "Odd 'n' \\" ()`);
    const does = `printf '%s\\n' "$@" > ${folder.join("words")}; env > ${folder.join("env")}; echo 'pg_dump: warning: mind the gap' >&2; exec ${DEBIANS} "$@"`;
    const program = await fakePgDump(folder.join("pg_dump"), { version: "15.99", does });
    process.env["SOME_SECRET"] = "of-the-environment";
    process.env["PGSSLMODE"] = "verify-full";
    try {
      const { entries, warnings } = await dumpOf({ ...db, url: db.urlAs("postgres", "of-the-role") }, { TIDEMARK_PG_DUMP: program });
      expect(entries.filter(({ type }) => type === "TABLE").map(({ tag }) => tag)).toEqual(["Odd 'n' \\"]);
      expect(warnings).toEqual(["pg_dump: warning: mind the gap"]);
    } finally {
      delete process.env["SOME_SECRET"];
      delete process.env["PGSSLMODE"];
    }
    const words = await readFile(folder.join("words"), "utf8");
    const env = await readFile(folder.join("env"), "utf8");
    expect(words).toContain("--schema-only\n");
    expect(words + env).not.toMatch(/of-the-role|of-the-environment|PGSSLMODE/);
    expect(words).not.toContain(String(db.port));
    // Made for this one run, and of no use after it.
    const [, password = ""] = /^PGPASSWORD=([0-9a-f]{64})$/m.exec(env) ?? [];
    expect(password).not.toBe("");
    expect(words).not.toContain(password);
  });

  test("reads a server that lets in by TLS and a password only", async () => {
    await using folder = await temporaryFolder();
    await writeFile(folder.join("authority.pem"), POSTGRES_TLS.authority);
    const server = await startPostgres(15);
    try {
      await guard(server);
      const url = `postgres://guarded:of-the-role@127.0.0.1:${server.port}/postgres?sslmode=verify-ca&sslrootcert=${folder.join("authority.pem")}`;
      await using session = await sessionWith({ url }, { TIDEMARK_PG_DUMP: DEBIANS });
      const { entries } = await dumpSchema({ session, signal: never });
      expect(entries.map(({ type }) => type)).toContain("DATABASE");
      await expect(sessionWith({ url: url.replace("verify-ca", "disable") })).rejects.toMatchObject({ code: expect.stringMatching(/^POSTGRES_/) });
    } finally {
      await server.stop();
    }
  });

  test("is ended where the run is, and works in the session that it was lent", async () => {
    await using folder = await temporaryFolder();
    await using db = await makeDatabase(15);
    await db.sql("CREATE TABLE public.t ()");
    const holder = await db.connect();
    await holder.query("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE");
    const program = await fakePgDump(folder.join("pg_dump"), { version: "15.99", does: `echo $$ > ${folder.join("pid")}; exec ${DEBIANS} "$@"` });
    await using session = await sessionWith(db, { TIDEMARK_PG_DUMP: program });
    const abort = new AbortController();
    const dump = dumpSchema({ session, signal: abort.signal });
    const reason = new Error("enough");
    const ended = expect(dump).rejects.toBe(reason);
    const sessions = await waitingFor(db, session.pid);
    expect(sessions).toEqual([{ pid: session.pid, application_name: "tidemark" }]);
    abort.abort(reason);
    await ended;
    const pid = Number(await readFile(folder.join("pid"), "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("what it may not read is its own message", async () => {
    await using db = await makeDatabase(15);
    const role = uniqueName("reader");
    await db.sql(`CREATE ROLE ${role} LOGIN; CREATE TABLE public.hidden ()`);
    try {
      const failed = dumpOf({ ...db, url: db.urlAs(role) }, { TIDEMARK_PG_DUMP: DEBIANS });
      await expect(failed).rejects.toMatchObject({ code: "DUMP_FAILED", message: expect.stringContaining("permission denied for table hidden") });
    } finally {
      await db.sql(`DROP ROLE ${role}`);
    }
  });

  test("plan and apply copy a database by it", async () => {
    await using source = await makeDatabase(15);
    await loadCorpus(source, { major: 15, files: ["shop"] });
    await using target = await makeDatabase(15);
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url }, { TIDEMARK_PG_DUMP: DEBIANS });
    expect((await work.run()).status).toBe("applied");
    expect(work.problems).toEqual([]);
    await expectSameDatabase(source, target, { except: (line) => /^(database|public) \|/.test(line) });
    expect(listed(await work.plan({}, { compare: true }), "create", "copyRows", "replace", "conflict")).toEqual([]);
  });

  /** No server is that new: the session says so of one that is not, and a script says it of the pg_dump that reads it. */
  test("a server newer than what comes along is read by what is on the PATH", async () => {
    await using folder = await temporaryFolder();
    await using db = await makeDatabase(15);
    await db.sql("CREATE TABLE public.t ()");
    await fakePgDump(folder.join("pg_dump"), { version: "99beta1", does: `exec ${DEBIANS} "$@"` });
    await using session = await sessionWith(db, { PATH: `relative:${folder.path}` }, 990_000);
    const { entries } = await dumpSchema({ session, signal: never });
    expect(entries.filter(({ type }) => type === "TABLE").map(({ tag }) => tag)).toEqual(["t"]);
  });
});

/** Makes a server with a role `guarded`, which gets in by TLS and its password only. */
async function guard(server: PostgresServer): Promise<void> {
  {
    await using session = await sessionWith({ url: server.url() });
    await session.query("CREATE ROLE guarded LOGIN PASSWORD 'of-the-role'");
    await session.query("ALTER SYSTEM SET ssl = on");
  }
  const { uid, gid } = await stat(server.data);
  const hba = "hostssl all guarded all scram-sha-256\nhost all postgres all trust\nlocal all all trust\n";
  for (const [name, text] of Object.entries({ "server.crt": POSTGRES_TLS.cert, "server.key": POSTGRES_TLS.key, "pg_hba.conf": hba })) {
    await writeFile(join(server.data, name), text, { mode: 0o600 });
    await chown(join(server.data, name), uid, gid);
  }
  await server.restart("fast");
}

/** Resolves when a session waits for a lock. @returns who else is in its database, but for the tests' own */
async function waitingFor(db: TestDatabase, pid: number) {
  for (;;) {
    const rows = await db.sql<{ pid: number; application_name: string; waits: boolean }>(
      "SELECT pid, application_name, wait_event_type = 'Lock' AS waits FROM pg_stat_activity WHERE datname = current_database() AND application_name <> ''",
    );
    if (rows.some((row) => row.pid === pid && row.waits)) return rows.map(({ pid: id, application_name }) => ({ pid: id, application_name }));
  }
}

describe.skipIf(process.platform === "win32")("programs that will not do", () => {
  test("each is named, with what to do", async () => {
    await using folder = await temporaryFolder();
    await using db = await makeDatabase(15);
    await writeFile(folder.join("text"), "#!/bin/sh\n", { mode: 0o644 });
    const cases: readonly (readonly [program: string, code: string, message: RegExp])[] = [
      [folder.join("absent"), "DUMP_PROGRAM_UNUSABLE", /absent cannot be used as pg_dump: there is no such program\.$/],
      [folder.join("text"), "DUMP_PROGRAM_UNUSABLE", /text cannot be used as pg_dump: it is not executable\.$/],
      [folder.path, "DUMP_PROGRAM_UNUSABLE", /it is not executable\.$/],
      ["/bin/echo", "DUMP_PROGRAM_UNUSABLE", /it does not say its version as pg_dump does\.$/],
      ["/bin/false", "DUMP_PROGRAM_UNUSABLE", /`--version` ended with 1\.$/],
      [
        await fakePgDump(folder.join("old"), { version: "14.3 (Debian 14.3-1)", does: "exit 3" }),
        "DUMP_PROGRAM_TOO_OLD",
        /old is pg_dump 14\.3, and cannot read db_.* PostgreSQL 15\.$/,
      ],
      [
        await fakePgDump(folder.join("fails"), { does: "echo 'pg_dump: error: no luck' >&2; exit 1" }),
        "DUMP_FAILED",
        /could not be read: pg_dump: error: no luck/,
      ],
      [await fakePgDump(folder.join("killed"), { does: "kill -9 $$" }), "DUMP_FAILED", /pg_dump was ended by SIGKILL/],
      [await fakePgDump(folder.join("mute"), { does: "exit 0" }), "DUMP_UNREADABLE", /ends too early/],
      [await fakePgDump(folder.join("wild"), { does: "echo not an archive at all" }), "DUMP_UNREADABLE", /does not begin as one/],
      [await fakePgDump(folder.join("later"), { does: String.raw`printf 'PGDMP\001\021\000\004\010\001'` }), "DUMP_UNREADABLE", /its version is 1\.17/],
    ];
    for (const [program, code, message] of cases) {
      const error = await dumpOf(db, { TIDEMARK_PG_DUMP: program }).catch((reason: unknown) => reason);
      expect(error, program).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.any(String) });
    }
  });

  test("a server that is newer than all of them", async () => {
    await using folder = await temporaryFolder();
    await using db = await makeDatabase(15);
    const path = await fakePgDump(folder.join("pg_dump"), { version: "98.7", does: "exit 3" });
    await using session = await sessionWith(db, { PATH: folder.path }, 990_000);
    const error = await dumpSchema({ session, signal: never }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "DUMP_SERVER_TOO_NEW",
      message: expect.stringContaining(`${path} is 98.7`),
      hint: expect.stringContaining("TIDEMARK_PG_DUMP"),
    });
  });

  test("the oldest that is new enough is taken", async () => {
    await using one = await temporaryFolder();
    await using two = await temporaryFolder();
    await using three = await temporaryFolder();
    await using db = await makeDatabase(15);
    for (const [folder, version] of [
      [one, "98.1"],
      [two, "100.0"],
      [three, "99.4"],
    ] as const) {
      await fakePgDump(folder.join("pg_dump"), { version, does: `echo 'pg_dump: error: this is ${version}' >&2; exit 1` });
    }
    await using session = await sessionWith(db, { PATH: [one, two, three].map(({ path }) => path).join(":") }, 990_000);
    await expect(dumpSchema({ session, signal: never })).rejects.toMatchObject({ message: expect.stringContaining("this is 99.4") });
  });
});
