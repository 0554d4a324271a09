import { expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { quoteName } from "../../../src/postgres/names.ts";
import { openStateSessions } from "../../../src/postgres/state-sessions.ts";
import { openPostgresState } from "../../../src/state/postgres/open.ts";
import type { StateSessions } from "../../../src/state/postgres/sessions.ts";
import { applied, collect, OWNER, pagesOf, record, runStart } from "../../state/samples.ts";
import { uniqueName } from "../../support/postgres/databases.ts";
import { MAJORS } from "../../support/postgres/servers.ts";
import { postgresLocation } from "../../support/sync-plans.ts";
import { postgresPlace, SCHEMA } from "./postgres-place.ts";

const MAIN = 15;

test("a missing state that is not to be made is an empty one, and nothing is made", async () => {
  await using place = await postgresPlace(MAIN);
  for (const access of ["read", "write"] as const) {
    const state = await place.open({ access });
    expect([state.lineage, state.serial]).toEqual(["", 0]);
    await expect(state.lock("d", OWNER)).rejects.toMatchObject({ code: "STATE_MISSING" });
    await state.close();
  }
  expect(await place.database.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'odd \"schema'")).toEqual([]);
});

test("one that is opened for reading is not written to, and sees what others write", async () => {
  await using place = await postgresPlace(MAIN);
  const state = await place.open();
  const reader = await place.open({ access: "read" });
  await state.restore("s", pagesOf([record("a")]), []);
  expect(await collect(reader.slice("s"))).toHaveLength(1);
  for (const write of [
    () => reader.lock("d", OWNER),
    () => reader.unlock("d"),
    () => reader.request("r1", "stop"),
    () => reader.startRun(runStart("r1"), []),
  ]) {
    await expect(write()).rejects.toMatchObject({ code: "STATE_READ_ONLY" });
  }
  await reader.close();
  await state.close();
});

test("many that make it at once share one; each plan has its own in the same schema", async () => {
  await using place = await postgresPlace(MAIN);
  const states = await Promise.all(Array.from({ length: 5 }, () => place.open()));
  expect(new Set(states.map(({ lineage }) => lineage)).size).toBe(1);
  const other = await place.open({ plan: "other" });
  expect(other.lineage).not.toBe(states[0]?.lineage);
  await states[0]?.restore("s", pagesOf([record("a")]), []);
  await states[0]?.startRun(runStart("r1"), []);
  expect([await other.counts(), await other.runs()]).toEqual([{}, []]);
  const [lease] = await Promise.all([other.lock("d", OWNER), states[1]?.lock("d", OWNER)]);
  await lease.release();
  for (const state of [...states, other]) await state.close();
});

test.each(MAJORS)("on %i a role that may not make the tables is told what to run, and then may use them", async (major) => {
  await using place = await postgresPlace(major);
  const role = uniqueName("Runner's role");
  await place.database.sql(`CREATE ROLE ${quoteName(role)} LOGIN`);
  try {
    const url = place.database.urlAs(role);
    const refused = await place.open({ url }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "STATE_SCHEMA" });
    const ddl = (refused as { hint: string }).hint.replace(/^.*\n/, "");
    await place.database.sql(ddl);
    const state = await place.open({ url });
    const lease = await state.lock("d", OWNER);
    await state.startRun(runStart("r1"), [lease]);
    await state.record("r1", [applied(1, "a")], [lease]);
    await state.finishRun("r1", "applied", [lease]);
    await lease.release();
    await state.close();
    await place.database.sql(`REVOKE INSERT, UPDATE ON ALL TABLES IN SCHEMA ${quoteName(SCHEMA)} FROM ${quoteName(role)}`);
    const reader = await place.open({ url, access: "read" });
    expect(await reader.counts()).toEqual({ s: 1 });
    await reader.close();
    const writer = await place.open({ url });
    const denied = await writer.startRun(runStart("r2"), []).catch((error: unknown) => error);
    expect(denied).toMatchObject({ code: "STATE_SCHEMA", hint: expect.stringContaining("GRANT SELECT, INSERT, UPDATE, DELETE") });
    await writer.close();
  } finally {
    await place.database.sql(`DROP OWNED BY ${quoteName(role)}; DROP ROLE ${quoteName(role)}`);
  }
});

test("a lock is not held through a pooler", async () => {
  await using place = await postgresPlace(MAIN);
  const real = await openStateSessions(postgresLocation("state", { url: new Secret(place.database.url, "${URL}") }), {});
  const pooled: StateSessions = {
    display: real.display,
    async open(purpose, settings) {
      const session = await real.open(purpose, settings);
      return { ...session, isPooled: true, isLost: false };
    },
  };
  const state = await openPostgresState({ sessions: pooled, schema: SCHEMA, plan: "nightly", access: "create" });
  await expect(state.lock("d", OWNER)).rejects.toMatchObject({ code: "STATE_POOLED" });
  await state.restore("s", pagesOf([record("a")]), []);
  await state.close();
});

test("a run whose connections were cut goes on with the lock that nobody took meanwhile", async () => {
  await using place = await postgresPlace(MAIN);
  const state = await place.open();
  const lease = await state.lock("d", OWNER);
  await state.startRun(runStart("r1"), [lease]);
  await place.kill(lease);
  await place.database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tidemark state%'");
  await state.record("r1", [applied(1, "a")], [lease]);
  await lease.beat();
  const other = await place.open();
  await expect(other.lock("d", { ...OWNER, run: "r2" })).rejects.toMatchObject({ code: "LOCKED" });
  expect(await other.deadRuns()).toEqual([]);
  expect(await other.counts()).toEqual({ s: 1 });
  await state.close();
  await expect.poll(() => other.deadRuns()).toEqual(["r1"]);
  await other.close();
});

test("a format that is not known is refused", async () => {
  await using place = await postgresPlace(MAIN);
  await (await place.open()).close();
  await place.database.sql('UPDATE "odd ""schema".tidemark_format SET version = 2');
  for (const access of ["read", "create"] as const) await expect(place.open({ access })).rejects.toMatchObject({ code: "STATE_FORMAT" });
});
