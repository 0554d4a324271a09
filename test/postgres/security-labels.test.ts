import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pg from "pg";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { type LabelProvider, labelProvider, NO_LABEL_PROVIDER } from "../support/postgres/label-provider.ts";
import { type PostgresServer, startPostgres } from "../support/postgres/servers.ts";

const LABELS = `SELECT provider, objtype, objname, label FROM pg_seclabels WHERE objtype <> 'role' ORDER BY 1, 2, 3`;

const WITH_ROLES = { accounts: { include: "all" as const, exclude: [] } };

describe.skipIf(NO_LABEL_PROVIDER !== undefined)(`security labels${NO_LABEL_PROVIDER === undefined ? "" : ` (${NO_LABEL_PROVIDER})`}`, () => {
  const providers: LabelProvider[] = [];
  const servers: PostgresServer[] = [];
  const role = uniqueName("labelled");

  /** The first has two providers, the second one of them. */
  beforeAll(async () => {
    for (const [major, names] of [
      [15, ["first", "Second one"]],
      [18, ["first"]],
    ] as const) {
      const provider = await labelProvider(major, names);
      providers.push(provider);
      servers.push(await startPostgres(major, { settings: [`shared_preload_libraries=${provider.library}`] }));
    }
    await sql(url(0, "postgres"), "CREATE DATABASE source");
    await sql(
      url(0, "source"),
      `CREATE ROLE ${role}; CREATE TABLE t (id int PRIMARY KEY, "Odd ""col" text); CREATE VIEW v AS SELECT id FROM t; CREATE SEQUENCE s; CREATE TYPE kind AS ENUM ('a');
      CREATE FUNCTION f(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SCHEMA other; CREATE TABLE other.u (id int);
      ALTER TABLE other.u OWNER TO ${role};
      SECURITY LABEL FOR first ON TABLE t IS 'it''s; secret'; SECURITY LABEL FOR "Second one" ON TABLE t IS 'twice';
      SECURITY LABEL FOR first ON COLUMN t."Odd ""col" IS 'of a column'; SECURITY LABEL FOR first ON VIEW v IS 'of a view';
      SECURITY LABEL FOR first ON SEQUENCE s IS 'of a sequence'; SECURITY LABEL FOR first ON TYPE kind IS 'of a type';
      SECURITY LABEL FOR first ON FUNCTION f(int, text) IS 'of a function'; SECURITY LABEL FOR "Second one" ON SCHEMA other IS 'of a schema';
      SECURITY LABEL FOR first ON DATABASE source IS 'of a database';
      SECURITY LABEL FOR first ON ROLE ${role} IS 'of a role'; SECURITY LABEL FOR "Second one" ON ROLE ${role} IS 'left'`,
    );
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    for (const provider of providers) await provider[Symbol.asyncDispose]();
  });

  const url = (at: number, database: string) => servers[at]?.url(database) ?? "";

  test("arrive on everything that may have one, where the provider is there, and what else stays behind is told", async () => {
    await using work = await DatabaseWorkplace.make({ from: url(0, "source"), to: url(1, "copy") });
    const changeset = await work.plan(WITH_ROLES);
    expect(listed(changeset, "notSynced")).toEqual(["security-label SCHEMA other no-label-provider"]);
    const table = [...changeset.actions({ kinds: ["create"] })].find(({ key }) => key === "security-label TABLE public.t");
    expect(table?.detail).toContain("has not loaded the label provider Second one");
    const result = await work.apply(changeset);
    expect(work.problems).toEqual([]);
    expect(result.status).toBe("applied");

    const [arrived, original] = [await sql(url(1, "copy"), LABELS), await sql(url(0, "source"), LABELS)];
    const renamed = original.map((label) => (label["objtype"] === "database" ? { ...label, objname: "copy" } : label));
    expect(arrived).toEqual(renamed.filter(({ provider }) => provider === "first"));
    expect(arrived).toHaveLength(7);
    const ofRole = `SELECT provider, label FROM pg_seclabels WHERE objtype = 'role' AND objname = '${role}'`;
    expect(await sql(url(1, "copy"), ofRole)).toEqual([{ provider: "first", label: "of a role" }]);
    expect(listed(await work.plan(WITH_ROLES), "create", "conflict")).toEqual([]);
  });

  test("keep to what they are about where that has another name", async () => {
    await using work = await DatabaseWorkplace.make({ from: url(0, "source"), to: url(1, "mapped") });
    const over = { map: { database: undefined, schemas: { public: "app" }, tables: {}, rename: [] } };
    expect((await work.run(over)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    const labels = await sql(url(1, "mapped"), "SELECT objname FROM pg_seclabels WHERE objtype IN ('table', 'column', 'function') ORDER BY 1");
    expect(labels).toEqual([{ objname: "app.f(a integer, b text)" }, { objname: "app.t" }, { objname: 'app.t.Odd "col' }]);
  });

  test("are not synced, and said not to be, where the destination has no provider", async () => {
    await using target = await makeDatabase(18);
    await using work = await DatabaseWorkplace.make({ from: url(0, "source"), to: target.url });
    try {
      const changeset = await work.plan(WITH_ROLES);
      expect(listed(changeset, "notSynced").toSorted()).toEqual(
        [
          "DATABASE",
          "FUNCTION public.f(a integer, b text)",
          `ROLE ${role}`,
          "SCHEMA other",
          "SEQUENCE public.s",
          "TABLE public.t",
          "TYPE public.kind",
          "VIEW public.v",
        ].map((what) => `security-label ${what} no-label-provider`),
      );
      expect((await work.apply(changeset)).status).toBe("applied");
      expect(work.problems).toEqual([]);
    } finally {
      await target.sql("DROP SCHEMA IF EXISTS other CASCADE");
      await target.sql(`DROP ROLE IF EXISTS ${role}`);
    }
  });
});

async function sql(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
