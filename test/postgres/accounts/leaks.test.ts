import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRole } from "../../../src/postgres/accounts/apply-accounts.ts";
import { readVerifier } from "../../../src/postgres/accounts/read-roles.ts";
import { quoteLiteral, quoteName } from "../../../src/postgres/names.ts";
import { makeDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { type Major, type PostgresServer, startPostgres } from "../../support/postgres/servers.ts";
import { sessionAt } from "./sessions.ts";

/** Everything that a server can be made to write down. */
const TALKATIVE = [
  "log_statement=all",
  "log_min_duration_statement=0",
  "log_min_error_statement=debug5",
  "log_min_messages=debug1",
  "log_error_verbosity=verbose",
  "log_duration=on",
  "log_lock_waits=on",
  "log_parameter_max_length_on_error=-1",
  "debug_print_parse=on",
  "debug_print_rewritten=on",
  "debug_print_plan=on",
  "shared_preload_libraries=pg_stat_statements,auto_explain,passwordcheck",
  "pg_stat_statements.track=all",
  "auto_explain.log_min_duration=0",
  "auto_explain.log_nested_statements=on",
];

describe.each([13, 15, 18] as const satisfies readonly Major[])("a server of PostgreSQL %i that writes down all it can", (major) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(major, { settings: TALKATIVE });
    const session = await sessionAt(server.url());
    await session.query("CREATE EXTENSION pg_stat_statements SCHEMA public");
    await session.query("CREATE ROLE manager LOGIN CREATEROLE CREATEDB");
    await session.close();
  });
  afterAll(() => server.stop());

  const urlAs = (user: string) => server.url().replace("postgres@", `${user}@`);
  const log = () => readFile(join(dirname(server.data), "log"), "utf8");

  /** Creates a role of a quiet source at the talkative server, and looks at what that has kept. */
  async function carry({
    user,
    encryption,
    password = "pass word",
    name = uniqueName("role"),
  }: {
    user: string;
    encryption: string;
    password?: string;
    name?: string;
  }) {
    await using db = await makeDatabase(major);
    await db.sql(`SET password_encryption = '${encryption}'; CREATE ROLE ${quoteName(name)} LOGIN PASSWORD ${quoteLiteral(password)}`);
    const source = await sessionAt(db.url);
    const destination = await sessionAt(urlAs(user));
    const reader = await sessionAt(server.url());
    try {
      const verifier = (await readVerifier(source, name))?.reveal() ?? "no verifier";
      const ddl = `CREATE ROLE ${quoteName(name)} LOGIN PASSWORD ${quoteLiteral(`\${password of ${name}}`)};`;
      const error: unknown = await createRole(source, destination, name, { kind: "role", name, ddl }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      const arrived = (await readVerifier(reader, name))?.reveal();
      const kept = await reader.query<{ query: string }>("SELECT query FROM public.pg_stat_statements UNION ALL SELECT query FROM pg_catalog.pg_stat_activity");
      return { verifier, arrived, error, log: await log(), statements: kept.map(({ query }) => query).join("\n") };
    } finally {
      await Promise.all([source.close(), destination.close(), reader.close()]);
      await db.sql(`DROP ROLE ${quoteName(name)}`);
    }
  }

  test.each(["scram-sha-256", "md5"])("a superuser's %s verifier arrives, and is written nowhere", async (encryption) => {
    const { verifier, arrived, error, log, statements } = await carry({ user: "postgres", encryption });
    expect(error).toBeUndefined();
    expect(verifier).toMatch(encryption === "md5" ? /^md5/ : /^SCRAM/);
    expect(arrived).toBe(verifier);
    expect(log).toContain("COPY pg_temp.tidemark_verifier");
    expect(log.includes(verifier)).toBe(false);
    expect(statements.includes(verifier)).toBe(false);
  });

  test.each(["scram-sha-256", "md5"])("a %s verifier from a role with CREATEROLE stays out of the log", async (encryption) => {
    const { verifier, arrived, error, log, statements } = await carry({ user: "manager", encryption });
    expect(error).toBeUndefined();
    expect(arrived).toBe(verifier);
    expect(log.includes(verifier)).toBe(false);
    // docs/postgres-accounts.md tells of it: only a superuser may turn this off.
    expect(statements.includes(verifier)).toBe(true);
  });

  test("a name with quotes, dollars, tabs and line feeds is itself", async () => {
    const { verifier, arrived, error, log } = await carry({ user: "manager", encryption: "scram-sha-256", name: `${uniqueName("o'd\"d")}\t$$\\n\n';` });
    expect(error).toBeUndefined();
    expect(arrived).toBe(verifier);
    expect(log.includes(verifier)).toBe(false);
  });

  test.each(["postgres", "manager"])("an error while %s sets it holds it neither in itself nor in the log", async (user) => {
    const name = uniqueName("role");
    // The server's module refuses a password that is the name.
    const { verifier, arrived, error, log } = await carry({ user, encryption: "scram-sha-256", name, password: name });
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(/password must not (?:equal|contain) user name/);
    expect(arrived).toBeUndefined();
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)).includes(verifier)).toBe(false);
    expect(log).toContain("at RAISE");
    expect(log.includes(verifier)).toBe(false);
  });
});
