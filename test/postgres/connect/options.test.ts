import { chmod, mkdir, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { displayOf } from "../../../src/postgres/connect/identity.ts";
import { type ConnectionOptions, resolveConnection } from "../../../src/postgres/connect/options.ts";
import { temporaryFolder } from "../../support/temp.ts";

type Keys = Readonly<Record<string, string | number | Secret>>;

/** A home without anything in it, unless `env` has another. */
const NO_HOME = { HOME: "/nonexistent", PGSYSCONFDIR: "/nonexistent" };

function resolve(keys: Keys, env: Readonly<Record<string, string>> = {}, database?: string): Promise<ConnectionOptions> {
  return resolveConnection({ type: "postgres", name: "shop", options: keys }, { env: { ...NO_HOME, ...env }, database });
}

/** What a URL comes to, with the password to be seen. */
async function read(url: string, env: Readonly<Record<string, string>> = {}) {
  const { host, port, database, user, password } = await resolve({ url: new Secret(url, "${URL}") }, env);
  return { host, port, database, user, password: password?.reveal() };
}

describe("URLs", () => {
  const user = userInfo().username;
  test.each([
    ["postgres://me:pw@db:5433/shop", { host: "db", port: 5433, database: "shop", user: "me", password: "pw" }],
    ["postgresql://me@db/shop", { host: "db", port: 5432, database: "shop", user: "me", password: undefined }],
    ["postgres://db", { host: "db", port: 5432, database: user, user, password: undefined }],
    ["postgres://me@db", { host: "db", port: 5432, database: "me", user: "me", password: undefined }],
    ["postgres://me@db/", { host: "db", port: 5432, database: "me", user: "me", password: undefined }],
    ["postgres://m%40e:p%2Fw%25%3A@db/s%20h?", { host: "db", port: 5432, database: "s h", user: "m@e", password: "p/w%:" }],
    ["postgres://me:p#w?x:y@db/shop", { host: "db", port: 5432, database: "shop", user: "me", password: "p#w?x:y" }],
    ["postgres://me:a+b@db/shop", { host: "db", port: 5432, database: "shop", user: "me", password: "a+b" }],
    ["postgres://[::1]:5433/shop", { host: "::1", port: 5433, database: "shop", user, password: undefined }],
    ["postgres:///shop?host=/var/run/x&port=5433&user=me&password=p%26w", { host: "/var/run/x", port: 5433, database: "shop", user: "me", password: "p&w" }],
    ["postgres://%2Fvar%2Frun%2Fx/shop", { host: "/var/run/x", port: 5432, database: "shop", user, password: undefined }],
    ["postgres://me@old/shop?host=new&dbname=other", { host: "new", port: 5432, database: "other", user: "me", password: undefined }],
    ["postgres://me:@db/shop", { host: "db", port: 5432, database: "shop", user: "me", password: undefined }],
  ])("%s", async (url, expected) => {
    expect(await read(url)).toEqual(expected);
  });

  test("parameters", async () => {
    const url =
      "postgres://db/shop?sslmode=require&connect_timeout=1&options=-c%20work_mem%3D1MB&target_session_attrs=primary&application_name=mine&keepalives=1&gssencmode=prefer&channel_binding=disable";
    expect(await resolve({ url: new Secret(url, "${URL}") })).toMatchObject({
      tls: { mode: "require", verify: "nothing" },
      connectTimeoutMs: 2000,
      serverOptions: "-c work_mem=1MB",
      target: "primary",
      channelBinding: "disable",
    });
    expect(await resolve({ url: new Secret("postgres://db/shop?ssl=true&connect_timeout=0", "${URL}") })).toMatchObject({
      tls: { mode: "require" },
      connectTimeoutMs: 0,
    });
  });

  test.each([
    ["mysql://db/shop", "POSTGRES_URL_INVALID"],
    ["postgres://a@b@c/shop", "POSTGRES_URL_INVALID"],
    ["postgres://db:port/shop", "POSTGRES_URL_INVALID"],
    ["postgres://[::1/shop", "POSTGRES_URL_INVALID"],
    ["postgres://db/sh%op", "POSTGRES_URL_INVALID"],
    ["postgres://db/sh%00op", "POSTGRES_URL_INVALID"],
    ["postgres://db/shop?sslmode", "POSTGRES_URL_INVALID"],
    ["postgres://db/shop?schema=public", "POSTGRES_OPTION"],
    ["postgres://db/shop?sslmode=no-verify", "POSTGRES_OPTION"],
    ["postgres://db/shop?gssencmode=require", "POSTGRES_OPTION"],
    ["postgres://db/shop?require_auth=none", "POSTGRES_OPTION"],
    ["postgres://db:0/shop", "POSTGRES_OPTION"],
    ["postgres://db/shop?connect_timeout=soon", "POSTGRES_OPTION"],
    ["postgres://db/shop?target_session_attrs=best", "POSTGRES_OPTION"],
    ["postgres://db1,db2/shop", "POSTGRES_OPTION"],
    ["postgres://db1:1,db2:2/shop", "POSTGRES_OPTION"],
    ["postgres://db/shop?host=a,b", "POSTGRES_OPTION"],
    ["postgres://db/shop?sslnegotiation=direct", "POSTGRES_TLS"],
  ])("%s is refused: %s", async (url, code) => {
    await expect(read(url)).rejects.toMatchObject({ code, hint: expect.any(String) as unknown });
  });
});

describe("who counts more", () => {
  test("a key, then the URL, then the service, then the environment, then what libpq takes", async () => {
    await using home = await temporaryFolder();
    await writeFile(
      home.join(".pg_service.conf"),
      "# ours\n[other]\nhost=wrong\n\n[shop]\nhost=service\nport=1001\ndbname=service\nuser=service\npassword=s=e c\nsslmode=disable\n[last]\nhost=wrong\n",
    );
    const env = {
      HOME: home.path,
      PGHOST: "env",
      PGPORT: "1000",
      PGDATABASE: "env",
      PGUSER: "env",
      PGPASSWORD: "env",
      PGCONNECT_TIMEOUT: "7",
      PGOPTIONS: "-c x=1",
    };
    const shown = async (keys: Keys, database?: string) => {
      const { host, port, user, password, ...rest } = await resolve(keys, env, database);
      return [host, port, rest.database, user, password?.reveal(), rest.tls?.mode];
    };
    expect(await shown({})).toEqual(["env", 1000, "env", "env", "env", "prefer"]);
    expect(await shown({ service: "shop" })).toEqual(["service", 1001, "service", "service", "s=e c", "disable"]);
    expect(await shown({ url: new Secret("postgres://u:p@url:1002/url?service=shop&sslmode=allow", "") })).toEqual(["url", 1002, "url", "u", "p", "allow"]);
    expect(
      await shown({
        url: new Secret("postgres://u:p@url:1002/url", ""),
        user: "key",
        password: new Secret("key", ""),
        port: 1003,
        database: "key",
        sslmode: "require",
      }),
    ).toEqual(["url", 1003, "key", "key", "key", "require"]);
    expect(await shown({ service: "shop" }, "asked")).toEqual(["service", 1001, "asked", "service", "s=e c", "disable"]);
    expect(await resolve({ host: "h" }, env)).toMatchObject({ connectTimeoutMs: 7000, serverOptions: "-c x=1" });
    expect(await resolve({ host: "h", connectTimeout: 50, statementTimeout: 1, lockTimeout: 2, options: "-c y=2" }, env)).toMatchObject({
      connectTimeoutMs: 50,
      statementTimeoutMs: 1,
      lockTimeoutMs: 2,
      serverOptions: "-c y=2",
    });
  });

  test("an address of the environment does not lead a host of the plan elsewhere", async () => {
    expect(await resolve({ host: "db" }, { PGHOSTADDR: "10.0.0.1" })).toMatchObject({ host: "db", address: undefined });
    expect(await resolve({}, { PGHOST: "db", PGHOSTADDR: "10.0.0.1" })).toMatchObject({ host: "db", address: "10.0.0.1" });
  });

  test("the process's environment is not looked at", async () => {
    process.env["PGHOST"] = "wrong";
    try {
      expect((await resolve({ port: 1 })).host).not.toBe("wrong");
    } finally {
      delete process.env["PGHOST"];
    }
  });

  test("what the environment demands and cannot be had is refused", async () => {
    await expect(resolve({ host: "db" }, { PGREQUIREAUTH: "scram-sha-256" })).rejects.toMatchObject({ code: "POSTGRES_OPTION" });
  });
});

describe("pg_service.conf", () => {
  test("PGSERVICE, PGSERVICEFILE, and the system's file", async () => {
    await using folder = await temporaryFolder();
    await writeFile(folder.join("mine"), "[a]\nhost=mine\n");
    await writeFile(folder.join("pg_service.conf"), "[a]\nhost=system\n[b]\nhost=system\n");
    const env = { PGSERVICEFILE: folder.join("mine"), PGSYSCONFDIR: folder.path };
    expect(await resolve({}, { ...env, PGSERVICE: "a" })).toMatchObject({ host: "mine" });
    expect(await resolve({ service: "b" }, { ...env, PGSERVICE: "a" })).toMatchObject({ host: "system" });
    await expect(resolve({ service: "c" }, env)).rejects.toMatchObject({ code: "POSTGRES_SERVICE" });
  });

  test.each([
    ["host mine s3cret", "POSTGRES_SERVICE"],
    ["service=other", "POSTGRES_SERVICE"],
    ["ldap://directory/x", "POSTGRES_SERVICE"],
    ["passwort=s3cret", "POSTGRES_OPTION"],
  ])("%s is refused", async (line, code) => {
    await using folder = await temporaryFolder();
    await writeFile(folder.join("file"), `[a]\n${line}\n`);
    const error = await resolve({ service: "a" }, { PGSERVICEFILE: folder.join("file") }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(inspect(error)).not.toContain("s3cret");
  });
});

describe(".pgpass", () => {
  const FILE = [
    "# db:5432:shop:me:comment",
    "nonsense",
    "db:5432:shop:me:exact",
    "db:5432:*:me:any database",
    "*:*:odd\\:name:me:escaped name",
    "db:5432:shop:you:p:w\\:\\\\x",
    "db:5432:shop:blank:",
    "localhost:*:*:me:at home",
    "/srv/sockets:*:*:me:in its folder",
    "*:*:*:*:anybody",
  ].join("\n");

  test.each([
    [{ host: "db", database: "shop", user: "me" }, "exact"],
    [{ host: "db", database: "else", user: "me" }, "any database"],
    [{ host: "far", database: "odd:name", user: "me" }, "escaped name"],
    [{ host: "db", database: "shop", user: "you" }, "p:w:\\x"],
    [{ host: "db", database: "shop", user: "blank" }, undefined],
    [{ host: "/tmp", database: "shop", user: "me" }, "at home"],
    [{ host: "/srv/sockets", database: "shop", user: "me" }, "in its folder"],
    [{ host: "db", port: 1, database: "shop", user: "me" }, "anybody"],
  ])("%j", async (keys, expected) => {
    await using home = await temporaryFolder();
    await writeFile(home.join(".pgpass"), FILE, { mode: 0o600 });
    expect((await resolve(keys, { HOME: home.path })).password?.reveal()).toBe(expected);
    expect((await resolve({ ...keys, password: new Secret("key", "${P}") }, { HOME: home.path })).password?.reveal()).toBe("key");
    expect((await resolve(keys, { HOME: home.path, PGPASSWORD: "env" })).password?.reveal()).toBe("env");
  });

  test("one that others may read is passed over, and said where the password is missed", async () => {
    await using home = await temporaryFolder();
    await writeFile(home.join("file"), "*:*:*:*:pw", { mode: 0o600 });
    const env = { PGPASSFILE: home.join("file") };
    expect((await resolve({ host: "db" }, env)).password?.reveal()).toBe("pw");
    await chmod(home.join("file"), 0o640);
    expect(await resolve({ host: "db" }, env)).toMatchObject({ password: undefined, passwordRemark: expect.stringContaining("chmod 0600") as unknown });
    await mkdir(home.join("folder"));
    expect(await resolve({ host: "db" }, { PGPASSFILE: home.join("folder") })).toMatchObject({
      password: undefined,
      passwordRemark: expect.stringContaining("no plain file") as unknown,
    });
  });
});

test.each([
  ["db", "shop", "postgres://db:5432/shop"],
  ["::1", "shop", "postgres://[::1]:5432/shop"],
  ["/var/run/postgresql", "a/b?c@d", "postgres://%2Fvar%2Frun%2Fpostgresql:5432/a%2Fb%3Fc%40d"],
])("%s is shown without user and password", (host, database, expected) => {
  expect(displayOf({ host, port: 5432, database })).toBe(expected);
});
