import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adaptPrivileges, privilegeDecision, withoutRoleSettings } from "../../../src/postgres/accounts/privileges.ts";
import { quoteName } from "../../../src/postgres/names.ts";
import { makeDatabase, uniqueName } from "../../support/postgres/databases.ts";

const rules = (over: Partial<Parameters<typeof adaptPrivileges>[0]> = {}) => ({
  sql: "",
  available: new Set(["bob", "carol"]),
  ownable: new Set(["bob", "carol"]),
  superusers: new Set(["root"]),
  user: "tide",
  ...over,
});

describe("privileges of an object", () => {
  test("go along for roles that are there, and for PUBLIC", () => {
    const sql =
      "REVOKE ALL ON TABLE public.t FROM bob;\nGRANT SELECT(a),UPDATE(b) ON TABLE public.t TO bob WITH GRANT OPTION;\nGRANT SELECT ON TABLE public.t TO PUBLIC;";
    expect(adaptPrivileges(rules({ sql }))).toMatchObject({ sql, remark: undefined });
  });

  test("stay behind for roles that are not, and it is said", () => {
    const sql =
      'GRANT SELECT ON TABLE public.t TO bob;\nGRANT ALL ON TABLE public.t TO "Some One" WITH GRANT OPTION;\nREVOKE ALL ON TABLE public.t FROM alice;';
    const adapted = adaptPrivileges(rules({ sql }));
    expect(adapted.sql).toBe("GRANT SELECT ON TABLE public.t TO bob;");
    expect(adapted.remark).toContain('"Some One" and alice');
  });

  test("nothing is left where nobody is there", () => {
    expect(adaptPrivileges(rules({ sql: "GRANT ALL ON TABLE t TO alice;" })).sql).toBe("");
  });

  test("a grantor is acted as", () => {
    const sql =
      "SET SESSION AUTHORIZATION carol;\nGRANT SELECT ON TABLE public.t TO bob;\nRESET SESSION AUTHORIZATION;\nGRANT UPDATE ON TABLE public.t TO bob;";
    expect(adaptPrivileges(rules({ sql })).sql).toBe(
      'SET ROLE "carol";\nGRANT SELECT ON TABLE public.t TO bob;\nRESET ROLE;\nGRANT UPDATE ON TABLE public.t TO bob;',
    );
  });

  test.each([
    ["a superuser", { available: new Set(["bob", "root"]), ownable: new Set(["bob", "root"]) }],
    ["not there", {}],
    ["out of reach", { available: new Set(["bob", "root"]), superusers: new Set<string>() }],
  ])("a grantor that is %s is not: the owner grants", (_, over) => {
    const sql = "SET SESSION AUTHORIZATION root;\nGRANT SELECT ON TABLE public.t TO bob;\nRESET SESSION AUTHORIZATION;";
    expect(adaptPrivileges(rules({ sql, ...over }))).toMatchObject({
      sql: "GRANT SELECT ON TABLE public.t TO bob;",
      remark: "Granted by whoever applies, and not by root.",
    });
  });

  test("what the owner at the destination is granted, or grants itself, is left out; what the source's owner gave away leaves no trace", () => {
    const sql = [
      "REVOKE ALL ON TABLE public.t FROM bob;",
      "GRANT SELECT ON TABLE public.t TO bob;",
      "GRANT SELECT ON TABLE public.t TO carol WITH GRANT OPTION;",
      "SET SESSION AUTHORIZATION carol;",
      "GRANT SELECT ON TABLE public.t TO PUBLIC;",
      "RESET SESSION AUTHORIZATION;",
    ].join("\n");
    const { sql: adapted, lasting, remark } = adaptPrivileges(rules({ sql, owners: { source: "bob", destination: "carol" } }));
    expect(adapted.split("\n")).toEqual([
      "REVOKE ALL ON TABLE public.t FROM bob;",
      "GRANT SELECT ON TABLE public.t TO bob;",
      "GRANT SELECT ON TABLE public.t TO PUBLIC;",
    ]);
    expect(lasting.split("\n")).toEqual(["GRANT SELECT ON TABLE public.t TO bob;", "GRANT SELECT ON TABLE public.t TO PUBLIC;"]);
    expect(remark).toBe("Left out for carol, who has it as the owner.");
    const kept = adaptPrivileges(rules({ sql, owners: { source: "bob", destination: "bob" } }));
    expect(kept.lasting).toBe(kept.sql);
  });

  test("names are themselves, whatever they hold", () => {
    const name = fc.oneof(
      fc.constantFrom("to", "from", "with", "granted", "cascade", "PUBLIC", "public", "a;b", 'a"b', "x TO y", "--", "/*", "$$", "'"),
      fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !text.includes("\0")),
    );
    fc.assert(
      fc.property(name, name, fc.boolean(), (table, role, isThere) => {
        const sql = `GRANT SELECT ON TABLE ${quoteName(table)}.${quoteName(table)} TO ${quoteName(role)} WITH GRANT OPTION;`;
        expect(adaptPrivileges(rules({ sql, available: new Set(isThere ? [role] : []) })).sql).toBe(isThere ? sql : "");
      }),
    );
  });

  test("a role called like a keyword that needs no quotes", () => {
    for (const role of ["granted", "cascade", "session", "role"]) {
      const sql = `GRANT SELECT ON TABLE public.t TO ${role} WITH GRANT OPTION;`;
      expect(adaptPrivileges(rules({ sql, available: new Set([role]) })).sql).toBe(sql);
    }
  });

  test("PostgreSQL takes what is left, and means by it what was meant", async () => {
    await using db = await makeDatabase(15);
    const [owner, grantor, reader, gone] = ["owner", "grantor", "reader", "gone"].map((word) => quoteName(uniqueName(`${word}'s "`))) as [
      string,
      string,
      string,
      string,
    ];
    await db.sql(`CREATE ROLE ${owner}; CREATE ROLE ${grantor}; CREATE ROLE ${reader}; CREATE TABLE t (a int); ALTER TABLE t OWNER TO ${owner}`);
    try {
      const plain = (quoted: string) => quoted.slice(1, -1).replaceAll('""', '"');
      const there = new Set([owner, grantor, reader].map(plain));
      const sql = [
        `GRANT SELECT ON TABLE public.t TO ${grantor} WITH GRANT OPTION;`,
        `GRANT ALL ON TABLE public.t TO ${gone};`,
        `SET SESSION AUTHORIZATION ${grantor};`,
        `GRANT SELECT ON TABLE public.t TO ${reader};`,
        "RESET SESSION AUTHORIZATION;",
      ].join("\n");
      await db.sql(adaptPrivileges(rules({ sql, available: there, ownable: there })).sql);
      const rows = await db.sql<{ grantor: string; grantee: string }>(
        "SELECT x.grantor::regrole::text, x.grantee::regrole::text FROM pg_class, aclexplode(relacl) x WHERE oid = 't'::regclass AND x.grantee <> relowner",
      );
      expect(rows.map((row) => [row.grantor, row.grantee])).toEqual([
        [owner, grantor],
        [grantor, reader],
      ]);
    } finally {
      await db.sql(`DROP OWNED BY ${owner}, ${grantor}, ${reader}; DROP ROLE ${owner}; DROP ROLE ${grantor}; DROP ROLE ${reader}`);
    }
  });
});

describe("default privileges", () => {
  const sql = "ALTER DEFAULT PRIVILEGES FOR ROLE carol IN SCHEMA app GRANT SELECT ON TABLES TO bob;";

  test("go along where their role is there and can be acted as", () => {
    expect(adaptPrivileges(rules({ sql }))).toMatchObject({ sql, remark: undefined });
    expect(adaptPrivileges(rules({ sql, ownable: new Set() })).sql).toBe("");
    expect(adaptPrivileges(rules({ sql, available: new Set(["bob"]) })).remark).toContain("carol");
    expect(adaptPrivileges(rules({ sql, available: new Set(["carol"]) })).remark).toContain("bob");
  });

  test("those of a superuser become those of whoever applies", () => {
    const of = "ALTER DEFAULT PRIVILEGES FOR ROLE root IN SCHEMA app GRANT SELECT ON TABLES TO bob;";
    const { sql: adapted, remark } = adaptPrivileges(rules({ sql: of }));
    expect(adapted).toBe("ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO bob ;".replace(" ;", ";"));
    expect(remark).toContain("root");
    expect(adaptPrivileges(rules({ sql: of, user: "root", available: new Set(["root", "bob"]) }))).toMatchObject({ sql: of, remark: undefined });
  });
});

test("what is synced at all", () => {
  const ask = (level: "database" | "table", kind: "privilege" | "default-privilege", tag: string, include: "default" | "all" = "default") =>
    privilegeDecision({ sync: { level, objects: { include } }, kind, tag })?.reason;
  expect(ask("database", "privilege", "SCHEMA public")).toBe("public-schema");
  expect(ask("table", "privilege", "SCHEMA public")).toBe("public-schema");
  expect(ask("database", "privilege", "SCHEMA public", "all")).toBeUndefined();
  expect(ask("table", "privilege", "SCHEMA app")).toBeUndefined();
  expect(ask("database", "privilege", "TABLE public")).toBeUndefined();
  expect(ask("database", "default-privilege", "DEFAULT PRIVILEGES FOR TABLES")).toBeUndefined();
  expect(ask("table", "default-privilege", "DEFAULT PRIVILEGES FOR TABLES")).toBe("table-level");
});

test("settings of roles are left out of a database's properties", () => {
  const sql =
    "ALTER DATABASE shop SET work_mem TO '1MB';\nALTER ROLE alice IN DATABASE shop SET search_path TO 'a', 'ALTER ROLE x;';\nALTER DATABASE shop CONNECTION LIMIT = 3;\n";
  expect(withoutRoleSettings(sql)).toBe("ALTER DATABASE shop SET work_mem TO '1MB';\nALTER DATABASE shop CONNECTION LIMIT = 3;\n");
});
