import { describe, expect, test } from "vitest";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { DatabaseWorkplace, listed } from "../../support/postgres/database-workplace.ts";

const EFFECTS = ["create", "copyRows", "replace", "conflict"] as const;

describe.each([
  [15, 15],
  [18, 18],
  [13, 18],
] as const)("what the source grants to whoever owns it at the destination, from %i to %i", (from, to) => {
  interface World {
    readonly source: TestDatabase;
    readonly target: TestDatabase;
    /** The source's objects belong to somebody whom the destination does not have, who grants to `tide`, who owns them there. */
    readonly tide: string;
    readonly other: string;
    readonly over: { readonly accounts: { readonly include: readonly string[]; readonly exclude: readonly string[] } };
    readonly work: DatabaseWorkplace;
  }

  async function inWorld(sql: (names: { tide: string; other: string; gone: string }) => string, run: (world: World) => Promise<void>) {
    const [tide, other, gone] = [uniqueName("tide"), uniqueName("other"), uniqueName("gone")];
    await using source = await makeDatabase(from);
    await using target = await makeDatabase(to);
    const roles = (words: string) => [tide, other, gone].map((role) => words.replaceAll("@", role)).join("; ");
    const create = (words: string) => `CREATE ROLE ${words}`;
    try {
      await source.sql(`${create(tide)}; ${create(other)}; ${create(gone)}`);
      // On one server the roles are there already.
      if (source.port !== target.port) await target.sql(`${create(tide)}; ${create(other)}`);
      await target.sql(`ALTER ROLE ${tide} LOGIN; GRANT CREATE ON DATABASE ${target.name} TO ${tide}; GRANT CREATE ON SCHEMA public TO ${tide}`);
      await source.sql(`GRANT CREATE ON SCHEMA public TO ${gone}; SET ROLE ${gone}; ${sql({ tide, other, gone })}; RESET ROLE`);
      await using work = await DatabaseWorkplace.make({ from: source.url, to: target.urlAs(tide) });
      await run({ source, target, tide, other, over: { accounts: { include: [], exclude: [] } }, work });
    } finally {
      await source.sql(roles("DROP OWNED BY @ CASCADE"));
      if (source.port !== target.port) await target.sql(`DROP OWNED BY ${tide} CASCADE; DROP OWNED BY ${other} CASCADE; DROP ROLE ${tide}; DROP ROLE ${other}`);
      else await target.sql(roles("DROP OWNED BY @ CASCADE"));
      await source.sql(roles("DROP ROLE @"));
    }
  }

  const SHOP = ({ tide, other, gone }: { tide: string; other: string; gone: string }) => `
    CREATE TABLE only_owner (a int); GRANT SELECT, INSERT ON only_owner TO ${tide};
    CREATE TABLE with_options (a int, b int); GRANT SELECT ON with_options TO ${tide} WITH GRANT OPTION; GRANT UPDATE (a) ON with_options TO ${tide};
    CREATE TABLE shared (a int); GRANT SELECT ON shared TO ${tide}; GRANT SELECT ON shared TO ${other};
    CREATE TABLE passed_on (a int); GRANT SELECT ON passed_on TO ${tide} WITH GRANT OPTION;
    CREATE TABLE narrowed (a int); REVOKE INSERT ON narrowed FROM ${gone};
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION f() TO ${tide};
    CREATE SEQUENCE numbers; GRANT USAGE ON SEQUENCE numbers TO ${tide};
    RESET ROLE; SET ROLE ${tide}; GRANT SELECT ON passed_on TO ${other}`;

  test("is not planned again once it is applied", async () => {
    await inWorld(SHOP, async ({ work, over, target, tide, other }) => {
      const result = await work.run(over);
      expect([work.problems, result.status]).toEqual([[], "applied"]);
      expect(await target.sql("SELECT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE oid = 'shared'::regclass")).toEqual([{ owner: tide }]);
      const may = (role: string, what: string) => `has_table_privilege('${role}', '${what}')`;
      expect(
        await target.sql(
          `SELECT ${may(other, "shared', 'SELECT")} AS shared, ${may(other, "passed_on', 'SELECT")} AS passed, ${may(other, "only_owner', 'SELECT")} AS closed,
            has_function_privilege('${other}', 'f()', 'EXECUTE') AS called`,
        ),
      ).toEqual([{ shared: true, passed: true, closed: false, called: false }]);

      expect(listed(await work.plan(over), ...EFFECTS)).toEqual([]);
    });
  });

  test("is no difference, whoever made what is there", async () => {
    await inWorld(SHOP, async ({ work, over }) => {
      await work.run(over);
      await work.state.forget("shop", "all", []);
      expect(listed(await work.plan(over), ...EFFECTS).filter((key) => key.startsWith("privilege "))).toEqual([]);
    });
  });

  test("other differences of privileges are told as before", async () => {
    await inWorld(SHOP, async ({ work, over, target, other, tide }) => {
      await work.run(over);
      await work.state.forget("shop", "all", []);
      await target.sql(`REVOKE SELECT ON shared FROM ${other}; GRANT UPDATE ON passed_on TO ${other}; REVOKE INSERT ON only_owner FROM ${tide}`);
      expect(
        listed(await work.plan(over), ...EFFECTS)
          .filter((key) => key.startsWith("privilege "))
          .toSorted(),
      ).toEqual(["privilege TABLE public.only_owner different", "privilege TABLE public.passed_on different", "privilege TABLE public.shared absent"]);
    });
  });
});

test("default privileges of a superuser, which become those of whoever applies, are not planned again", async () => {
  const [tide, reader] = [uniqueName("tide"), uniqueName("reader")];
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  try {
    await source.sql(`CREATE ROLE ${tide} LOGIN; CREATE ROLE ${reader}; CREATE SCHEMA app;
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${reader}; ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO ${tide};
      ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO ${tide}, ${reader}`);
    await target.sql(`GRANT CREATE ON DATABASE ${target.name} TO ${tide}`);
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.urlAs(tide) });
    const over = { accounts: { include: "none" as const, exclude: [] } };
    const result = await work.run(over);
    expect([work.problems, result.status]).toEqual([[], "applied"]);
    expect(listed(await work.plan(over), ...EFFECTS)).toEqual([]);
    await work.state.forget("shop", "all", []);
    expect(listed(await work.plan(over), ...EFFECTS)).toEqual([]);
  } finally {
    for (const db of [source, target]) await db.sql(`DROP OWNED BY ${tide} CASCADE; DROP OWNED BY ${reader} CASCADE`);
    await source.sql(`DROP ROLE ${tide}; DROP ROLE ${reader}`);
  }
});
