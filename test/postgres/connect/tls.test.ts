import { chown, mkdir, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { resolveConnection } from "../../../src/postgres/connect/options.ts";
import { openSession, type Session } from "../../../src/postgres/connect/session.ts";
import { portOf } from "../../support/postgres/databases.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres/servers.ts";
import { POSTGRES_TLS } from "../../support/postgres/tls.ts";
import { temporaryFolder, type TemporaryFolder } from "../../support/temp.ts";
import { LOCALHOST_TLS } from "../../support/tls.ts";

const HBA = `
local   all all               trust
hostssl all certified all     cert
hostssl all tls_only all      trust
hostnossl all plain_only all  trust
host    all hashed all        scram-sha-256
host    all digested all      md5
host    all clear all         password
host    all postgres all      trust
`;
/** Every character that means something in a URL. */
const PASSWORD = "p@s:s/w?o#r%d &=+'\"\\é";

let server: PostgresServer;
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startPostgres(15);
  await install({ "server.crt": POSTGRES_TLS.cert, "server.key": POSTGRES_TLS.key, "root.crt": POSTGRES_TLS.authority, "pg_hba.conf": HBA });
  const session = await open({});
  const quoted = PASSWORD.replaceAll("'", "''");
  await session.query(`
    CREATE ROLE certified LOGIN; CREATE ROLE tls_only LOGIN; CREATE ROLE plain_only LOGIN;
    SET password_encryption = 'md5'; CREATE ROLE digested LOGIN PASSWORD '${quoted}';
    SET password_encryption = 'scram-sha-256'; CREATE ROLE hashed LOGIN PASSWORD '${quoted}'; CREATE ROLE clear LOGIN PASSWORD '${quoted}';
  `);
  for (const [name, value] of Object.entries({ ssl: "on", ssl_cert_file: "server.crt", ssl_key_file: "server.key", ssl_ca_file: "root.crt" })) {
    await session.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  }
  await session.close();
  await server.restart("fast");
  await write("authority.pem", POSTGRES_TLS.authority);
  await write("other.pem", LOCALHOST_TLS.cert);
  await write("revoked.crl", POSTGRES_TLS.crl);
  await write("client.pem", POSTGRES_TLS.clientCert);
  await write("client.key", POSTGRES_TLS.clientKey);
});

afterAll(async () => {
  await server?.stop();
  await folder?.[Symbol.asyncDispose]();
});

/** Files of the server, which belong to whom it runs as. */
async function install(files: Readonly<Record<string, string>>): Promise<void> {
  const { uid, gid } = await stat(server.data);
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(server.data, name), text, { mode: 0o600 });
    await chown(join(server.data, name), uid, gid);
  }
}

async function write(name: string, text: string, mode = 0o600): Promise<void> {
  await writeFile(folder.join(name), text, { mode });
}

type Keys = Readonly<Record<string, string | number | Secret>>;

async function open(keys: Keys, env: Readonly<Record<string, string>> = {}): Promise<Session> {
  const location = {
    type: "postgres",
    name: "there",
    options: { ...("url" in keys ? {} : { host: "localhost", port: server.port, database: "postgres", user: "postgres" }), ...keys },
  } as const;
  return openSession(await resolveConnection(location, { env: { HOME: folder.path, ...env } }));
}

/** `tls` or `plain`, as the server says, or the code of the error. */
async function outcome(keys: Keys, env: Readonly<Record<string, string>> = {}): Promise<string> {
  let session: Session;
  try {
    session = await open(keys, env);
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
  const [row] = await session.query<{ ssl: boolean }>("SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()");
  await session.close();
  return row?.ssl === true ? "tls" : "plain";
}

describe("sslmode, at a server with TLS and one without", () => {
  const root = (name: string) => ({ PGSSLROOTCERT: folder.join(name) });
  test.each([
    ["disable", "plain", "plain"],
    ["allow", "plain", "plain"],
    ["prefer", "tls", "plain"],
    ["require", "tls", "POSTGRES_TLS"],
    ["verify-ca", "POSTGRES_TLS", "POSTGRES_TLS"],
    ["verify-full", "POSTGRES_TLS", "POSTGRES_TLS"],
  ])("%s", async (sslmode, withTls, without) => {
    expect(await outcome({ sslmode })).toBe(withTls);
    expect(await outcome({ sslmode, port: portOf(15) })).toBe(without);
  });

  test.each([
    ["disable", "plain", "plain", "plain"],
    ["allow", "plain", "plain", "plain"],
    // Libpq would go on without TLS, and tell nobody.
    ["prefer", "tls", "POSTGRES_TLS", "tls"],
    ["require", "tls", "POSTGRES_TLS", "tls"],
    ["verify-ca", "tls", "POSTGRES_TLS", "tls"],
    ["verify-full", "tls", "POSTGRES_TLS", "POSTGRES_TLS"],
  ])("%s, with the authority, with another, and where the certificate is of another host", async (sslmode, right, wrong, otherHost) => {
    expect(await outcome({ sslmode }, root("authority.pem"))).toBe(right);
    expect(await outcome({ sslmode }, root("other.pem"))).toBe(wrong);
    expect(await outcome({ sslmode, host: "127.0.0.1" }, root("authority.pem"))).toBe(otherHost);
  });

  test("the plan's caFile counts more than PGSSLROOTCERT", async () => {
    expect(await outcome({ sslmode: "verify-full", ca: POSTGRES_TLS.authority }, root("other.pem"))).toBe("tls");
  });

  test("the home's root.crt is for those who look: require, verify-ca, verify-full", async () => {
    const home = { HOME: folder.join("home") };
    await mkdir(folder.join("home", ".postgresql"), { recursive: true });
    await write("home/.postgresql/root.crt", LOCALHOST_TLS.cert);
    expect(await outcome({ sslmode: "prefer" }, home)).toBe("tls");
    expect(await outcome({ sslmode: "require" }, home)).toBe("POSTGRES_TLS");
    await write("home/.postgresql/root.crt", POSTGRES_TLS.authority);
    expect(await outcome({ sslmode: "require" }, home)).toBe("tls");
    expect(await outcome({ sslmode: "verify-full" }, home)).toBe("tls");
  });

  test("the system's authorities do not know ours, and ask for verify-full", async () => {
    expect(await outcome({}, { PGSSLROOTCERT: "system" })).toBe("POSTGRES_TLS");
    expect(await outcome({ sslmode: "require" }, { PGSSLROOTCERT: "system" })).toBe("POSTGRES_TLS");
  });

  test("a certificate that was taken back is refused", async () => {
    expect(await outcome({ sslmode: "verify-ca" }, { ...root("authority.pem"), PGSSLCRL: folder.join("revoked.crl") })).toBe("POSTGRES_TLS");
  });

  test("the name is the host's, whatever address is connected to", async () => {
    const at = `port=${server.port}&sslmode=verify-full&sslrootcert=${encodeURIComponent(folder.join("authority.pem"))}`;
    expect(await outcome(url(`postgres://postgres@localhost/postgres?hostaddr=127.0.0.1&${at}`))).toBe("tls");
    expect(await outcome(url(`postgres://postgres@db.example/postgres?hostaddr=127.0.0.1&${at}`))).toBe("POSTGRES_TLS");
  });
});

describe("what one way does not get, the other may", () => {
  test("allow asks again with TLS, prefer without", async () => {
    expect(await outcome({ sslmode: "allow", user: "tls_only" })).toBe("tls");
    expect(await outcome({ sslmode: "prefer", user: "plain_only" })).toBe("plain");
    expect(await outcome({ sslmode: "require", user: "plain_only" })).toBe("POSTGRES_AUTH");
    expect(await outcome({ sslmode: "disable", user: "tls_only" })).toBe("POSTGRES_AUTH");
  });

  test("a Unix socket has no TLS, whatever is asked for", async () => {
    expect(await outcome({ sslmode: "verify-full", host: dirname(server.data) }, { PGSSLROOTCERT: folder.join("authority.pem") })).toBe("plain");
  });

  test("cancels over TLS", async () => {
    const session = await open({ sslmode: "require" });
    const running = session.query("SELECT pg_sleep(600)").catch((error: unknown) => error);
    const other = await open({});
    while ((await other.query(`SELECT FROM pg_stat_activity WHERE pid = ${session.pid} AND wait_event = 'PgSleep'`)).length === 0);
    await session.cancel();
    expect(await running).toMatchObject({ code: "POSTGRES_CANCELLED" });
    await Promise.all([session.close(), other.close()]);
  });
});

describe("our own certificate", () => {
  test("is what the server asks for", async () => {
    const keys = { sslmode: "require", user: "certified", certFile: folder.join("client.pem"), keyFile: folder.join("client.key") };
    expect(await outcome(keys)).toBe("tls");
    expect(await outcome({ sslmode: "require", user: "certified" })).toBe("POSTGRES_AUTH");
  });

  test("a key that others may read is refused", async () => {
    await write("open.key", POSTGRES_TLS.clientKey, 0o644);
    await expect(open({ host: "localhost", sslmode: "require", certFile: folder.join("client.pem"), keyFile: folder.join("open.key") })).rejects.toMatchObject({
      code: "POSTGRES_TLS",
      hint: expect.stringContaining("chmod 0600") as unknown,
    });
  });

  test.each([
    ["the key is not there", { certFile: "client.pem", keyFile: "nowhere.key" }],
    ["there is no key", { certFile: "client.pem" }],
    ["there is no certificate", { keyFile: "client.key" }],
    ["the key is another's", { certFile: "authority.pem", keyFile: "client.key" }],
  ])("%s", async (_, files) => {
    const keys = Object.fromEntries(Object.entries(files).map(([key, name]) => [key, folder.join(name)]));
    expect(await outcome({ sslmode: "require", ...keys })).toBe("POSTGRES_TLS");
  });
});

describe("passwords", () => {
  test.each(["hashed", "digested", "clear"])("%s", async (user) => {
    for (const sslmode of ["disable", "require"]) {
      expect(await outcome({ user, sslmode, password: new Secret(PASSWORD, "${P}") })).toBe(sslmode === "require" ? "tls" : "plain");
      expect(await outcome({ user, sslmode })).toBe("POSTGRES_PASSWORD_MISSING");
      expect(await outcome(url(`postgres://${user}:${encodeURIComponent(PASSWORD)}@localhost:${server.port}/postgres?sslmode=${sslmode}`))).not.toMatch(
        /^POSTGRES/,
      );
    }
  });

  test("SCRAM is bound to the certificate, where that is asked for", async () => {
    const at = (user: string, more: string) =>
      url(`postgres://${user}:${encodeURIComponent(PASSWORD)}@localhost:${server.port}/postgres?channel_binding=require&${more}`);
    expect(await outcome(at("hashed", "sslmode=require"))).toBe("tls");
    expect(await outcome(at("hashed", "sslmode=disable"))).toBe("POSTGRES_AUTH");
    expect(await outcome(at("clear", "sslmode=require"))).toBe("POSTGRES_AUTH");
    expect(await outcome(at("postgres", "sslmode=require"))).toBe("POSTGRES_AUTH");
  });

  test("SCRAM works with a certificate that it cannot be bound to", async () => {
    await install({ "server.crt": POSTGRES_TLS.ed25519Cert, "server.key": POSTGRES_TLS.ed25519Key });
    await server.restart("fast");
    expect(await outcome({ user: "hashed", sslmode: "require", password: new Secret(PASSWORD, "${P}") })).toBe("tls");
    await install({ "server.crt": POSTGRES_TLS.cert, "server.key": POSTGRES_TLS.key });
    await server.restart("fast");
  });

  const wrong = "wr0ng p@ss:w/?#%&=";
  const encoded = encodeURIComponent(wrong);
  test.each([
    ["wrong, hashed", () => ({ user: "hashed", password: new Secret(wrong, "${P}") })],
    ["wrong, in the clear", () => ({ user: "clear", password: new Secret(wrong, "${P}"), sslmode: "disable" })],
    ["wrong, in a URL", () => url(`postgres://hashed:${encoded}@localhost:${server.port}/postgres`)],
    ["of nobody", () => url(`postgres://nobody:${encoded}@localhost:${server.port}/postgres`)],
    ["for no server", () => url(`postgres://hashed:${encoded}@localhost:1/postgres`)],
    ["for no host", () => url(`postgres://hashed:${encoded}@nowhere.invalid/postgres`)],
    ["for no database", () => ({ user: "postgres", database: "nowhere", password: new Secret(wrong, "${P}") })],
    ["not encoded", () => url(`postgres://hashed:${wrong}@localhost/postgres`)],
    ["with an @", () => url("postgres://hashed:wr0ng@p@ss@localhost/postgres")],
    ["with a /", () => url("postgres://hashed:wr0ng/p@localhost/postgres")],
    ["with a / and a number", () => url("postgres://hashed:1/wr0ng@localhost/postgres")],
    ["with a bad %", () => url("postgres://hashed:wr0ng%zz@localhost/postgres")],
    ["with a ?", () => url("postgres://localhost/postgres?user=hashed&password=wr0ng&odd")],
    ["in an unknown parameter", () => url("postgres://localhost/postgres?passwort=wr0ng")],
  ])("one that is %s is in no error", async (_, keys) => {
    const error = await open(keys()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: expect.stringMatching(/^POSTGRES_/) as unknown, hint: expect.any(String) as unknown });
    for (let each: unknown = error; each instanceof Error; each = each.cause) {
      const shown = [inspect(each, { depth: 9, showHidden: true }), JSON.stringify(each), each.stack, String(each)].join("\n");
      expect(shown).not.toMatch(/wr0ng/i);
      expect(shown).not.toContain(encoded);
    }
  });
});

test("an open session does not hold its password", async () => {
  const session = await open({ user: "hashed", password: new Secret(PASSWORD, "${P}") });
  expect(inspect(session, { depth: 9, showHidden: true })).not.toContain(PASSWORD.slice(0, 9));
  await session.close();
});

describe("a server that answers oddly", () => {
  const sockets: Server[] = [];
  afterAll(() => {
    for (const each of sockets) each.close();
  });

  async function listen(answer: string | undefined): Promise<number> {
    const odd = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => (answer === undefined ? undefined : socket.end(answer)));
    }).listen(0, "127.0.0.1");
    sockets.push(odd);
    await once(odd, "listening");
    const address = odd.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  test.each([
    ["sends more than its answer before TLS", "SR\0\0\0\0", "require", "POSTGRES_TLS"],
    ["sends more than its answer before TLS, and could be taken without", "SR\0\0\0\0", "prefer", "POSTGRES_TLS"],
    ["is a web server", "HTTP/1.1 400 Bad Request\r\n\r\n", "require", "POSTGRES_TLS"],
    ["closes at once", "", "prefer", "POSTGRES_UNREACHABLE"],
  ])("%s", async (_, answer, sslmode, code) => {
    expect(await outcome({ host: "127.0.0.1", port: await listen(answer), sslmode })).toBe(code);
  });

  test("does not answer", async () => {
    expect(await outcome({ host: "127.0.0.1", port: await listen(undefined), connectTimeout: 50 })).toBe("POSTGRES_UNREACHABLE");
  });

  test("is not there", async () => {
    expect(await outcome({ host: "127.0.0.1", port: 1 })).toBe("POSTGRES_UNREACHABLE");
    expect(await outcome({ host: folder.path })).toBe("POSTGRES_UNREACHABLE");
    expect(await outcome({ host: "nowhere.invalid" })).toBe("POSTGRES_UNREACHABLE");
  });

  test("has no such database, or no more room", async () => {
    expect(await outcome({ database: "nowhere" })).toBe("POSTGRES_NO_DATABASE");
    const session = await open({});
    await session.query("ALTER ROLE plain_only CONNECTION LIMIT 0");
    expect(await outcome({ user: "plain_only", sslmode: "disable" })).toBe("POSTGRES_TOO_MANY_CONNECTIONS");
    await session.close();
  });
});

/** A URL names the server itself: nothing stands beside it. */
function url(text: string): { readonly url: Secret } {
  return { url: new Secret(text, "${URL}") };
}
