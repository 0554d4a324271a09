import { describe, expect, test } from "vitest";
import { makeDatabase } from "../support/postgres/databases.ts";
import { MAJORS } from "../support/postgres/servers.ts";

describe.each(MAJORS)("PostgreSQL %i from npm", (major) => {
  test("runs, and gives each test a database of its own", async () => {
    await using db = await makeDatabase(major);
    const [row] = await db.sql<{ version: string; name: string }>("SELECT current_setting('server_version') AS version, current_database() AS name");
    expect(row?.version).toMatch(new RegExp(`^${major}\\.`));
    expect(row?.name).toBe(db.name);
  });
});
