import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Action, EFFECTS } from "../../../src/changeset/action.ts";
import { readDatabaseDetail } from "../../../src/driver/database-action.ts";
import { createRole, grantMembership } from "../../../src/postgres/accounts/apply-accounts.ts";
import { planAccounts, type PlanAccountsOptions, type PlannedAccounts } from "../../../src/postgres/accounts/plan-accounts.ts";
import { readRoles, readVerifier } from "../../../src/postgres/accounts/read-roles.ts";
import { openSettings } from "../../../src/postgres/accounts/role-definition.ts";
import type { Role } from "../../../src/postgres/accounts/roles.ts";
import type { Session } from "../../../src/postgres/connect/session.ts";
import { quoteName } from "../../../src/postgres/names.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { type Major, type PostgresServer, startPostgres } from "../../support/postgres/servers.ts";
import { sessionAt } from "./sessions.ts";

/** A source with roles of every kind, and a destination on another server. */
interface World {
  readonly prefix: string;
  readonly db: TestDatabase;
  readonly source: Session;
  /** As a superuser. */
  readonly admin: Session;
  readonly destination: Session;
  name(word: string): string;
  plan(over?: Partial<PlanAccountsOptions>): Promise<PlannedAccounts>;
}

const PAIRS: readonly (readonly [Major, Major])[] = [
  [10, 18],
  [13, 18],
  [15, 15],
  [18, 18],
];

describe.each(PAIRS)("from PostgreSQL %i to %i", (from, to) => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(to);
  });
  afterAll(() => server.stop());

  /** @param as the destination's role: a superuser, or a managed service's owner role */
  async function inWorld(as: "superuser" | "manager", test: (world: World) => Promise<void>) {
    await using db = await makeDatabase(from);
    const prefix = uniqueName("a");
    const name = (word: string) => `${prefix}_${word}`;
    const quoted = (word: string) => quoteName(name(word));
    const [login, group, odd, root, replica, plain] = ["login", "group", "odd \"name's $$", "root", "replica", "plain"].map(quoted) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const manager = uniqueName("manager");
    const admin = await sessionAt(server.url());
    await db.sql(`
      SET password_encryption = 'scram-sha-256';
      CREATE ROLE ${login} LOGIN PASSWORD 'a b' CONNECTION LIMIT 5 VALID UNTIL '2031-01-02 03:04:05.5+02';
      SET password_encryption = 'md5';
      CREATE ROLE ${group};
      CREATE ROLE ${odd} NOINHERIT CREATEDB CREATEROLE LOGIN PASSWORD 'md five' VALID UNTIL 'infinity';
      CREATE ROLE ${root} SUPERUSER LOGIN;
      CREATE ROLE ${replica} REPLICATION BYPASSRLS;
      CREATE ROLE ${plain};
      COMMENT ON ROLE ${odd} IS 'It''s "$$" \\ odd';
      ALTER ROLE ${login} SET search_path TO "$user", 'B c', public;
      ALTER ROLE ${login} SET work_mem TO '9MB';
      ALTER ROLE ${login} SET app.tenant TO 'it''s';
      ALTER ROLE ${login} SET log_statement TO 'ddl';
      ALTER ROLE ${login} SET app.jwt_secret TO 'hush hush';
      ALTER ROLE ${login} IN DATABASE ${quoteName(db.name)} SET statement_timeout TO '7s';
      GRANT ${group} TO ${login} WITH ADMIN OPTION;
      SET ROLE ${login};
      GRANT ${group} TO ${odd};
      RESET ROLE;
      GRANT ${group} TO ${root};
      GRANT ${root} TO ${plain};
      GRANT pg_monitor TO ${plain};
      CREATE ROLE ${quoted("reader")} LOGIN`);
    await admin.query(`CREATE ROLE ${manager} LOGIN CREATEROLE CREATEDB`);
    const [source, destination] = await Promise.all([
      sessionAt(db.url),
      sessionAt(as === "superuser" ? server.url() : server.url().replace("postgres@", `${manager}@`)),
    ]);
    const world: World = {
      prefix,
      db,
      source,
      admin,
      destination,
      name,
      plan: async (over = {}) =>
        planAccounts({
          source: await readRoles(source),
          destination: await readRoles(destination),
          sync: { level: "database", accounts: { include: [`${prefix}*`], exclude: ["*reader"] } },
          used: new Set([name("login")]),
          ...over,
        }),
    };
    try {
      await test(world);
    } finally {
      const drop = async (session: Session) => {
        const roles = await session.query<{ name: string }>("SELECT rolname::text AS name FROM pg_catalog.pg_roles WHERE rolname LIKE $1 OR rolname = $2", [
          `${prefix}%`,
          manager,
        ]);
        for (const role of roles) await session.query(`DROP OWNED BY ${quoteName(role.name)}`);
        // Who has granted something goes after whom it was granted to.
        for (const role of roles) await session.query(`DROP ROLE ${quoteName(role.name)}`).catch(() => {});
        for (const role of roles) await session.query(`DROP ROLE IF EXISTS ${quoteName(role.name)}`);
      };
      await destination.close();
      await drop(admin);
      await drop(source);
      await Promise.all([source.close(), admin.close()]);
    }
  }

  test.each(["superuser", "manager"] as const)("as %s: roles arrive as they are, but for what is never synced", async (as) => {
    await inWorld(as, async ({ plan, source, admin, destination, name, prefix }) => {
      const planned = await plan();
      for (const action of planned.actions) await apply(source, destination, action);
      const [there, here] = await Promise.all([readRoles(admin), readRoles(source)]);
      const arrived = new Map(there.roles.map((role) => [role.name, role]));
      for (const role of here.roles.filter((each) => each.name.startsWith(prefix) && each.name !== name("reader"))) {
        const settings =
          as === "superuser"
            ? openSettings(role.settings)
            : role.settings.filter(({ name }) => !["app.tenant", "app.jwt_secret", "log_statement"].includes(name));
        expect(arrived.get(role.name)).toEqual({
          ...role,
          superuser: false,
          replication: false,
          bypassRls: false,
          settings,
        } satisfies Role);
        expect((await readVerifier(admin, role.name))?.reveal()).toBe((await readVerifier(source, role.name))?.reveal());
      }
      expect(arrived.has(name("reader"))).toBe(false);
      const memberships = there.memberships
        .filter(({ role, member }) => member.startsWith(prefix) && (role.startsWith(prefix) || role.startsWith("pg_")))
        .map(({ role, member, grantor, admin: isAdmin, inherit }) => ({ role, member, grantor, isAdmin, inherit }));
      const inherits = (yes: boolean) => (to >= 16 ? yes : undefined);
      const grantor = { superuser: name("login"), manager: expect.stringMatching(/^manager/) as string }[as];
      expect(memberships).toContainEqual({
        role: name("group"),
        member: name("login"),
        grantor: expect.any(String) as string,
        isAdmin: true,
        inherit: inherits(true),
      });
      expect(memberships).toContainEqual({ role: name("group"), member: name("odd \"name's $$"), grantor, isAdmin: false, inherit: inherits(false) });
      // Without ADMIN OPTION on it nobody but a superuser may grant it from 16 on.
      const isMonitor = as === "superuser" || to < 16;
      expect(memberships.some(({ role, member }) => role === "pg_monitor" && member === name("plain"))).toBe(isMonitor);
      expect(memberships).toHaveLength(isMonitor ? 3 : 2);
    });
  });

  test.each(["superuser", "manager"] as const)("as %s: nothing is left to do afterwards", async (as) => {
    await inWorld(as, async ({ plan, source, destination }) => {
      for (const action of (await plan()).actions) await apply(source, destination, action);
      expect((await plan()).actions.filter(({ action }) => EFFECTS.has(action)).map(({ key }) => key)).toEqual([]);
    });
  });

  test("what is not synced is listed, with the reason", async () => {
    await inWorld("manager", async ({ plan, name, source, destination }) => {
      const { actions, available, ownable, borrowable } = await plan({ used: new Set([name("reader"), name("login")]) });
      const said = new Map(actions.map((action) => [action.key, { ...action, remark: readDatabaseDetail(action.detail)?.remark }]));
      expect(said.get(`role ${name("root")}`)).toMatchObject({ action: "create", remark: expect.stringContaining("SUPERUSER is never synced") as string });
      expect(said.get(`role ${name("replica")}`)).toMatchObject({ action: "create", remark: expect.stringContaining("REPLICATION and BYPASSRLS") as string });
      expect(said.get(`membership ${name("root")} in ${name("group")}`)).toMatchObject({ action: "notSynced", reason: "superuser" });
      expect(said.get(`membership ${name("plain")} in ${name("root")}`)).toMatchObject({ action: "notSynced", reason: "superuser" });
      expect(said.get(`role ${name("reader")}`)).toMatchObject({
        action: "notSynced",
        reason: "excluded",
        remark: expect.stringContaining("owned by whoever applies") as string,
      });
      expect(said.get(`role ${name("login")}`)?.remark).toContain("may not set app.tenant and log_statement");
      if (to >= 16) expect(said.get(`membership ${name("plain")} in pg_monitor`)).toMatchObject({ action: "notSynced", reason: "permission" });
      if (to === 18) expect([...said.values()].find(({ key }) => key.includes("odd") && key.startsWith("role"))?.remark).toContain("MD5");
      expect([
        available.has(name("login")),
        available.has(name("reader")),
        ownable.has(name("login")),
        ownable.has(name("plain")),
        ownable.has(name("root")),
      ]).toEqual([true, false, true, true, false]);

      for (const action of actions) await apply(source, destination, action);
      // Whoever applies can give the role what it owns, once it is made a member.
      await expect(destination.query(`SET ROLE ${quoteName(name("login"))}`)).rejects.toThrow("permission denied");
      const borrowed = borrowable.get(name("login"));
      if (borrowed === undefined) throw new Error("no membership was planned");
      await apply(source, destination, borrowed);
      await destination.query(`SET ROLE ${quoteName(name("login"))}; RESET ROLE`);
    });
  });

  test("settings within the database go to the destination's database", async () => {
    await inWorld("superuser", async ({ plan, source, destination, name }) => {
      for (const action of (await plan({ database: "postgres" })).actions) await apply(source, destination, action);
      const role = (await readRoles(destination)).roles.find((each) => each.name === name("login"));
      expect(role?.databaseSettings).toEqual([{ name: "statement_timeout", value: "7s" }]);
      expect((await plan({ database: "postgres" })).actions.find(({ key }) => key === `database-setting ROLE ${name("login")}`)).toMatchObject({
        action: "skip",
        reason: "identical",
      });
    });
  });

  test("without the right to create roles they are listed, and nothing is tried", async () => {
    await inWorld("superuser", async ({ plan, destination, name }) => {
      const catalog = { ...(await readRoles(destination)), isSuperuser: false, mayCreateRoles: false, user: "someone" };
      const { actions, available } = await plan({ destination: catalog });
      expect(actions.find(({ key }) => key === `role ${name("login")}`)).toMatchObject({ action: "notSynced", reason: "permission" });
      expect(actions.filter(({ action }) => EFFECTS.has(action))).toEqual([]);
      expect(available.has(name("login"))).toBe(false);
    });
  });

  test("from a source that does not show passwords they arrive without, and it is said", async () => {
    await inWorld("superuser", async ({ plan, db, destination, name }) => {
      const reader = await sessionAt(db.urlAs(name("reader")));
      const catalog = await readRoles(reader);
      expect(catalog.passwordsReadable).toBe(false);
      const { actions } = await plan({ source: catalog });
      const action = actions.find(({ key }) => key === `role ${name("login")}`);
      expect(readDatabaseDetail(action?.detail)?.remark).toContain("without its password");
      expect(action?.detail).not.toContain("PASSWORD");
      if (action) await apply(reader, destination, action);
      expect(await readVerifier(destination, name("login"))).toBeUndefined();
      await reader.close();
    });
  });

  test("the plan holds no verifier, and is the same with another password", async () => {
    await inWorld("superuser", async ({ plan, source, db, name }) => {
      const before = (await plan()).actions;
      const verifier = (await readVerifier(source, name("login")))?.reveal() ?? "";
      expect(JSON.stringify(before).includes(verifier)).toBe(false);
      expect(JSON.stringify(before).includes("hush hush")).toBe(false);
      expect(JSON.stringify(before)).toContain("app.jwt_secret looks like a secret");
      await db.sql(`SET password_encryption = 'scram-sha-256'; ALTER ROLE ${quoteName(name("login"))} PASSWORD 'another'`);
      expect((await plan()).actions).toEqual(before);
    });
  });

  test("a role that an interrupted run has made is taken for done; another one is stale", async () => {
    await inWorld("manager", async ({ plan, source, destination, admin, name }) => {
      const role = (await plan()).actions.find(({ key }) => key === `role ${name("login")}`);
      if (!role) throw new Error("no role was planned");
      await apply(source, destination, role);
      await apply(source, destination, role);
      await admin.query(`ALTER ROLE ${quoteName(name("login"))} CONNECTION LIMIT 6`);
      await expect(apply(source, destination, role)).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
      // The session is usable again.
      expect(await destination.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });
  });

  test("a role that is gone at the source is stale, and is not created", async () => {
    await inWorld("superuser", async ({ plan, source, destination, db, name }) => {
      const role = (await plan()).actions.find(({ key }) => key === `role ${name("login")}`);
      if (!role) throw new Error("no role was planned");
      await db.sql(`ALTER ROLE ${quoteName(name("login"))} PASSWORD NULL`);
      await expect(apply(source, destination, role)).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
      expect((await readRoles(destination)).names.has(name("login"))).toBe(false);
    });
  });

  test("without temporary tables no password is shown, and no role made", async () => {
    await inWorld("manager", async ({ plan, source, destination, admin, name }) => {
      const role = (await plan()).actions.find(({ key }) => key === `role ${name("login")}`);
      if (!role) throw new Error("no role was planned");
      await admin.query("REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC");
      try {
        await expect(apply(source, destination, role)).rejects.toMatchObject({ fate: "refused", code: "ROLE_PASSWORD_NEEDS_TEMPORARY" });
      } finally {
        await admin.query("GRANT TEMPORARY ON DATABASE postgres TO PUBLIC");
      }
      expect((await readRoles(destination)).names.has(name("login"))).toBe(false);
    });
  });
});

async function apply(source: Session, destination: Session, { action, detail: text }: Action): Promise<void> {
  const detail = readDatabaseDetail(text);
  if (!EFFECTS.has(action) || detail === undefined) return;
  if (detail.kind === "role") await createRole(source, destination, detail.name, detail);
  else if (detail.kind === "membership") await grantMembership(destination, detail);
  else await destination.query(detail.ddl ?? "");
}
