import { chown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Session } from "../../../src/postgres/connect/session.ts";
import { isLocal } from "../../../src/postgres/check/servers.ts";
import { blockSizeFinding } from "../../../src/postgres/check/settings.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres/servers.ts";
import { POSTGRES_TLS } from "../../support/postgres/tls.ts";
import { look, makeDatabase, makeRole, uniqueName } from "./look.ts";

describe("two databases that fit", () => {
  test.each([
    [10, 18],
    [13, 15],
    [15, 15],
    [18, 18],
  ] as const)("from %i to %i nothing is in the way, whether the destination is there or not", async (from, to) => {
    await using source = await makeDatabase(from);
    await source.sql("CREATE TABLE t (id serial PRIMARY KEY, name text); CREATE VIEW v AS SELECT * FROM t; CREATE TYPE mood AS ENUM ('x')");
    await using target = await makeDatabase(to);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
    await using missing = await makeDatabase(to, { create: false, name: uniqueName("new") });
    const found = await look({ from: source.url, to: missing.url });
    expect(found.problems).toEqual([]);
    expect(found.of("CREATEDB_MISSING").message).toContain("may create it");
    expect(found.of("DATABASE_CONNECT").message).toMatch(/^PostgreSQL \d+/);
  });

  test("every finding has a subject and a message, and every problem a fix", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(13);
    const { all } = await look({ from: source.url, to: target.url });
    expect(all.filter(({ subject, message, code }) => subject === "" || message === "" || !/^[A-Z][A-Z_]+$/.test(code))).toEqual([]);
    expect(all.filter(({ status, hint }) => (status === "pass") !== (hint === undefined))).toEqual([]);
  });
});

describe("ends that cannot be reached", () => {
  test("the other end is looked at nevertheless", async () => {
    await using source = await makeDatabase(15);
    const found = await look({ from: source.url, to: "postgres://postgres@127.0.0.1:1/x" });
    expect(found.status("POSTGRES_UNREACHABLE")).toBe("fail");
    expect(found.of("POSTGRES_UNREACHABLE").subject).toBe("new (destination): connection");
    expect(found.status("SOURCE_SELECT_MISSING")).toBe("pass");
    const other = await look({ from: "postgres://postgres@127.0.0.1:1/x", to: source.url });
    expect(other.of("POSTGRES_UNREACHABLE").subject).toBe("old (source): connection");
    expect(other.status("DESTINATION_READ_ONLY")).toBe("pass");
  });

  test("a database that is not there, with nothing to create it from", async () => {
    await using source = await makeDatabase(15);
    await using missing = await makeDatabase(15, { create: false, name: uniqueName("new") });
    const found = await look({ from: source.url, to: missing.url, more: { maintenance: undefined } });
    expect(found.problems).toEqual(["DATABASE_MISSING fail"]);
  });

  test("a session that is lost on the way is told of once", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    const killed = (session: Session): Session => ({
      ...session,
      get isLost() {
        return session.isLost;
      },
      query: async (sql, parameters) => {
        if (sql.includes("row_security_active")) await source.sql(`SELECT pg_terminate_backend(${session.pid})`);
        return session.query(sql, parameters);
      },
    });
    const found = await look({ from: source.url, to: target.url, as: { source: killed } });
    expect(found.problems).toEqual(["POSTGRES_CONNECTION_LOST fail"]);
  });
});

test("both names may lead to one database", async () => {
  await using source = await makeDatabase(15);
  const found = await look({ from: source.url, to: source.url.replace("127.0.0.1", "localhost") });
  expect(found.status("DATABASES_SAME")).toBe("fail");
  await using other = await makeDatabase(15);
  expect((await look({ from: source.url, to: other.url })).status("DATABASES_SAME")).toBe("pass");
});

describe("versions", () => {
  test("a destination that is older is refused", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(13);
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["DATABASE_VERSIONS fail"]);
    expect(found.of("DATABASE_VERSIONS").message).toBe("The destination is PostgreSQL 13, older than the source's 15.");
  });

  test.each([
    [90_603, "SOURCE_VERSION_UNTESTED", "confirm", "9.6"],
    [90_426, "SOURCE_VERSION_UNTESTED", "confirm", "9.4"],
    [90_324, "DATABASE_VERSIONS", "fail", "9.3"],
    [990_001, "DATABASE_VERSIONS", "fail", "99"],
  ])("a source of version %i: %s %s", async (version, code, status, shown) => {
    const { checkVersions } = await import("../../../src/postgres/check/servers.ts");
    const { postgresLocation, postgresSync } = await import("../../support/sync-plans.ts");
    const sync = postgresSync({ from: { location: postgresLocation("old", {}) }, to: { location: postgresLocation("new", {}) } });
    const session = (number: number) => ({ version: number }) as Session;
    const server = session(version > 180_000 ? version : 180_000);
    const findings = await checkVersions({
      sync,
      source: session(version),
      server,
      destination: server,
      selected: { objects: [], neverSynced: [] },
      existing: undefined,
    });
    const found = findings.filter((finding) => finding.status !== "pass" && finding.subject.startsWith("old"));
    expect(found.map((finding) => [finding.code, finding.status])).toEqual([[code, status]]);
    expect(found[0]?.message).toContain(`PostgreSQL ${shown} `);
  });
});

describe("encryption", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(15);
    const { uid, gid } = await import("node:fs").then(({ statSync }) => statSync(server.data));
    for (const [name, text] of Object.entries({ "server.crt": POSTGRES_TLS.cert, "server.key": POSTGRES_TLS.key })) {
      await writeFile(join(server.data, name), text, { mode: 0o600 });
      await chown(join(server.data, name), uid, gid);
    }
    const { Client } = (await import("pg")).default;
    const client = new Client({ connectionString: server.url() });
    await client.connect();
    await client.query("ALTER SYSTEM SET ssl = on");
    await client.query("CREATE DATABASE other");
    await client.end();
    await server.restart("fast");
  });
  afterAll(() => server?.stop());

  test("on, with a certificate that nobody looked at", async () => {
    const found = await look({ from: server.url(), to: server.url("other") });
    expect(found.status("DATABASE_UNENCRYPTED")).toBe("pass");
    expect(found.of("DATABASE_UNENCRYPTED").message).toMatch(/^TLSv1\.3; whose certificate/);
  });

  test("on, with a certificate that is trusted", async () => {
    await using folder = await import("../../support/temp.ts").then(({ temporaryFolder }) => temporaryFolder());
    await writeFile(folder.join("ca.pem"), POSTGRES_TLS.authority);
    const url = `${server.url().replace("127.0.0.1", "localhost")}?sslmode=verify-ca&sslrootcert=${encodeURIComponent(folder.join("ca.pem"))}`;
    const found = await look({ from: url, to: server.url("other") });
    expect(found.of("DATABASE_UNENCRYPTED").message).toBe("TLSv1.3, and the certificate is trusted.");
  });

  test("off, towards another machine, is to be confirmed", async () => {
    const plain = `${server.url()}?sslmode=disable`;
    const found = await look({ from: plain, to: server.url("other"), as: { source: (session) => ({ ...session, host: "db.example.org" }) } });
    expect(found.problems).toEqual(["DATABASE_UNENCRYPTED confirm"]);
    expect(found.of("DATABASE_UNENCRYPTED").message).toContain("db.example.org");
    expect((await look({ from: plain, to: server.url("other") })).problems).toEqual([]);
  });

  test("what is this machine", () => {
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "/run/postgresql"]) expect(isLocal(host)).toBe(true);
    for (const host of ["db", "10.0.0.1", "127.0.0.1.example.org", "1270.0.0.1", "localhost.example.org"]) expect(isLocal(host)).toBe(false);
  });
});

test("a pooler in between is to be confirmed", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  const found = await look({ from: source.url, to: target.url, as: { source: (session) => ({ ...session, isPooled: true }) } });
  expect(found.problems).toEqual(["CONNECTION_POOLED confirm"]);
});

describe("a destination that takes no writes", () => {
  test("by a setting of its role or database", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(18);
    await target.sql(`ALTER DATABASE "${target.name}" SET default_transaction_read_only = on`);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual(["DESTINATION_READ_ONLY fail"]);
    await target.sql(`ALTER DATABASE "${target.name}" RESET default_transaction_read_only`);
    await using role = await makeRole([target], "LOGIN SUPERUSER");
    await target.sql(`ALTER ROLE ${role.name} SET default_transaction_read_only = on`);
    expect((await look({ from: source.url, to: target.urlAs(role.name) })).problems).toEqual(["DESTINATION_READ_ONLY fail"]);
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });
});

describe("lc_monetary", () => {
  test("matters to columns of money only, in whatever they are wrapped", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(`CREATE TABLE plain (a numeric); ALTER DATABASE "${target.name}" SET lc_monetary = 'C'`);
    const harmless = await look({ from: source.url, to: target.url });
    expect(harmless.problems).toEqual([]);
    expect(harmless.of("LC_MONETARY_DIFFERS").message).toContain("C.UTF-8 and C");
    await source.sql(`CREATE DOMAIN price AS money; CREATE TYPE item AS (n int, p price[]);
      CREATE TABLE sold (id int, item item); CREATE TABLE paid (amount money)`);
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["LC_MONETARY_DIFFERS fail"]);
    expect(found.of("LC_MONETARY_DIFFERS").message).toContain("public.paid.amount, public.sold.item");
    const rowless = {
      "public.paid": { rows: false, where: undefined, columns: undefined },
      "public.sold": { rows: false, where: undefined, columns: undefined },
    };
    expect((await look({ from: source.url, to: target.url, sync: { tables: rowless } })).problems).toEqual([]);
  });
});

test("blocks that are smaller do not hold what larger ones did", () => {
  expect(blockSizeFinding("x", 8192, 8192).status).toBe("pass");
  expect(blockSizeFinding("x", 8192, 32_768).status).toBe("pass");
  expect(blockSizeFinding("x", 32_768, 8192)).toMatchObject({ code: "BLOCK_SIZE_SMALLER", status: "fail" });
});
