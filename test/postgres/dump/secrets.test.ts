import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactSecrets, restoreSecrets } from "../../../src/postgres/dump/secrets.ts";
import { quoteLiteral } from "../../../src/postgres/names.ts";
import { makeDatabase, uniqueName } from "../../support/postgres/databases.ts";

const subscription = (conninfo: string) => `CREATE SUBSCRIPTION s CONNECTION ${quoteLiteral(conninfo)} PUBLICATION p WITH (connect = false, slot_name = 's');`;
const mapping = (options: string) => `CREATE USER MAPPING FOR alice SERVER far OPTIONS (\n    ${options}\n);`;

describe("subscriptions", () => {
  test.each([
    ["host=far user=u password=hush dbname=d", "host=far user=u password=${password} dbname=d"],
    [String.raw`password = 'hu\'sh; x=y' host=far sslpassword=s`, "password = ${password} host=far sslpassword=${sslpassword}"],
    ["postgres://u:hu%20sh@far:5432/d?sslmode=require&sslpassword=hush", "postgres://u:${password}@far:5432/d?sslmode=require&sslpassword=${sslpassword}"],
    ["postgresql://far/d?password=hush", "postgresql://far/d?password=${password}"],
    ["host=far password='hush", "${connection}"],
    ["a hush", "${connection}"],
    ["host=far dbname=d", "host=far dbname=d"],
    ["", ""],
  ])("%s", (conninfo, shown) => {
    const redacted = redactSecrets(subscription(conninfo), "subscription");
    expect(redacted.shown).toBe(subscription(shown));
    expect(restoreSecrets(redacted.shown, subscription(conninfo), "subscription")).toBe(subscription(conninfo));
  });

  test("no password is shown, whatever it holds, and it comes back", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.constantFrom("keyword", "uri"), (text, form) => {
        const secret = `<${text.replaceAll("\0", "")}>`;
        const value =
          form === "uri" ? `postgres://u:${encodeURIComponent(secret)}@far/d` : `host=far password='${secret.replaceAll(/[\\']/g, String.raw`\$&`)}' dbname=d`;
        const ddl = subscription(value);
        const { shown, secrets } = redactSecrets(ddl, "subscription");
        expect(shown).not.toContain(form === "uri" ? encodeURIComponent(secret) : secret);
        expect(secrets.map(({ reference }) => reference)).toEqual(["${password}"]);
        expect(JSON.stringify(secrets)).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(restoreSecrets(shown, ddl, "subscription")).toBe(ddl);
      }),
    );
  });
});

describe("user mappings and servers", () => {
  test("all options of a mapping are hidden but the user", () => {
    const ddl = mapping(`"user" 'remote', password 'hush;'')', "odd option" 'x'`);
    const { shown, secrets } = redactSecrets(ddl, "user-mapping");
    expect(shown).toBe(mapping(`"user" 'remote', password '\${password}', "odd option" '\${odd option}'`));
    expect(secrets.map(({ value }) => value.reveal())).toEqual(["hush;')", "x"]);
    expect(restoreSecrets(shown, ddl, "user-mapping")).toBe(ddl);
  });

  test("a server shows where it is", () => {
    const ddl = "CREATE SERVER far FOREIGN DATA WRAPPER w OPTIONS (\n    host 'far',\n    api_token 'hush',\n    url 'https://u:hush@far/'\n);";
    expect(redactSecrets(ddl, "foreign-server").shown).toBe(
      "CREATE SERVER far FOREIGN DATA WRAPPER w OPTIONS (\n    host 'far',\n    api_token '${api_token}',\n    url '${url}'\n);",
    );
  });

  test("other kinds are as they are", () => {
    const ddl = "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''password=x'' AS options';";
    expect(redactSecrets(ddl, "function")).toEqual({ shown: ddl, secrets: [] });
  });

  test("another secret is taken; another option, or another user, is stale", () => {
    const { shown } = redactSecrets(mapping("\"user\" 'u', password 'old'"), "user-mapping");
    const renamed = `${shown.replace("far", "near")}\nALTER SERVER near OWNER TO bob;`;
    expect(restoreSecrets(renamed, mapping("\"user\" 'u', password 'new'"), "user-mapping")).toBe(
      `${mapping("\"user\" 'u', password 'new'").replace("far", "near")}\nALTER SERVER near OWNER TO bob;`,
    );
    for (const other of ["\"user\" 'u'", "\"user\" 'u', password 'x', more 'y'", "password 'x', \"user\" 'u'"]) {
      expect(() => restoreSecrets(shown, mapping(other), "user-mapping")).toThrow(expect.objectContaining({ code: "SOURCE_CHANGED", fate: "stale" }));
    }
  });

  test("what looks like a reference and is none stays", () => {
    const ddl = mapping("\"user\" '${password}', password 'hush'");
    const { shown } = redactSecrets(ddl, "user-mapping");
    expect(restoreSecrets(shown, ddl, "user-mapping")).toBe(ddl);
  });
});

test("settings that an application keeps its secrets in", () => {
  const ddl =
    "ALTER DATABASE shop SET work_mem TO '1MB';\nALTER DATABASE shop SET \"app.settings.jwt_secret\" TO 'hush';\nALTER DATABASE shop SET search_path TO 'a', 'b';";
  const { shown } = redactSecrets(ddl, "database-setting");
  expect(shown).toBe(ddl.replace("hush", "${app.settings.jwt_secret}"));
  expect(restoreSecrets(shown, ddl, "database-setting")).toBe(ddl);
});

test("PostgreSQL takes what was restored, and keeps the same options", async () => {
  await using db = await makeDatabase(18);
  const role = uniqueName("mapped");
  await db.sql(`CREATE ROLE ${role}; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w`);
  try {
    const ddl = `CREATE USER MAPPING FOR ${role} SERVER far OPTIONS (password E'a\\\\b''c', "x y" '$$;');`;
    await db.sql(restoreSecrets(redactSecrets(ddl, "user-mapping").shown, ddl, "user-mapping"));
    expect(await db.sql("SELECT umoptions FROM pg_user_mappings")).toEqual([{ umoptions: ["password=a\\b'c", "x y=$$;"] }]);
  } finally {
    await db.sql(`DROP SERVER far CASCADE; DROP ROLE ${role}`);
  }
});
