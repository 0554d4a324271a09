import { readdirSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openState, openStateReadOnly, statePath } from "../../src/state/open.ts";
import { APPLICATION_ID } from "../../src/state/schema.ts";
import { temporaryFolder } from "../support/temp.ts";
import { applied, collect, OWNER, runStart } from "./samples.ts";
import { PlaceClock, stateConformance } from "./state-conformance.ts";

stateConformance("SQLite", async () => {
  const folder = await temporaryFolder();
  const clock = new PlaceClock();
  return {
    lapse: clock.lapse,
    open: ({ now = clock.now } = {}) => openState({ folder: folder.join("state"), plan: "nightly", create: true, now }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

test("file and folder are their owner's only", async () => {
  await using folder = await temporaryFolder();
  const place = folder.join("deep", "state");
  const state = await openState({ folder: place, plan: "nightly", create: true });
  await state.startRun(runStart("r1"), []);
  expect(statSync(place).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(place)) expect(statSync(`${place}/${name}`).mode & 0o777, name).toBe(0o600);
  await state.close();
  expect(readdirSync(place)).toEqual(["nightly.state.sqlite"]);
});

test("each plan has a file of its own, also one whose name is a path", async () => {
  await using folder = await temporaryFolder();
  const one = await openState({ folder: folder.path, plan: "a", create: true });
  const other = await openState({ folder: folder.path, plan: "../b", create: true });
  expect(one.lineage).not.toBe(other.lineage);
  await one.close();
  await other.close();
  expect(readdirSync(folder.path)).toEqual(["..%2Fb.state.sqlite", "a.state.sqlite"]);
});

test("many that make it at once share one", async () => {
  await using folder = await temporaryFolder();
  const states = await Promise.all(Array.from({ length: 5 }, () => openState({ folder: folder.path, plan: "a", create: true })));
  expect(new Set(states.map(({ lineage }) => lineage)).size).toBe(1);
  await Promise.all(states.map((state) => state.close()));
});

test.each([
  ["opened for reading", openStateReadOnly],
  ["not to be made", (options: { folder: string; plan: string }) => openState({ ...options, create: false })],
])("a missing state that is %s is an empty one, and is not made", async (_, open) => {
  await using folder = await temporaryFolder();
  const state = await open({ folder: folder.join("none"), plan: "a" });
  expect(state.lineage).toBe("");
  expect(state.serial).toBe(0);
  expect(await collect(state.slice("s"))).toEqual([]);
  expect(await state.openIntents("s")).toEqual([]);
  expect(await state.runs()).toEqual([]);
  expect(await state.locks()).toEqual([]);
  await expect(state.lock("d", OWNER)).rejects.toMatchObject({ code: "STATE_MISSING" });
  await expect(state.record("r", [applied(1, "a")], [])).rejects.toMatchObject({ code: "STATE_MISSING" });
  await state.close();
  expect(readdirSync(folder.path)).toEqual([]);
});

test("opened for reading it sees what a living run writes, and writes nothing", async () => {
  await using folder = await temporaryFolder();
  const options = { folder: folder.path, plan: "a" };
  const state = await openState({ ...options, create: true });
  await state.startRun(runStart("r1"), []);
  const reader = await openStateReadOnly(options);
  await state.record("r1", [applied(1, "a")], []);
  expect((await collect(reader.slice("s"))).map(({ key }) => key)).toEqual(["a"]);
  expect(reader.lineage).toBe(state.lineage);
  for (const write of [reader.lock("d", OWNER), reader.record("r1", [applied(2, "b")], []), reader.unlock("d"), reader.request("r1", "stop")]) {
    await expect(write).rejects.toMatchObject({ code: "STATE_READ_ONLY" });
  }
  await reader.close();
  await state.close();
  const alone = await openStateReadOnly(options);
  expect(await alone.counts()).toEqual({ s: 1 });
  await alone.close();
  expect(readdirSync(folder.path)).toEqual(["a.state.sqlite"]);
});

test("a state of an older layout is brought up to date when it is opened to be written, and not before", async () => {
  await using folder = await temporaryFolder();
  const options = { folder: folder.path, plan: "a" };
  const db = new DatabaseSync(statePath(folder.path, "a"));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${APPLICATION_ID}`);
  db.close();
  await expect(openStateReadOnly(options)).rejects.toMatchObject({ code: "STATE_FORMAT" });
  const states = await Promise.all([openState({ ...options, create: true }), openState({ ...options, create: false })]);
  await states[0].startRun(runStart("r1"), []);
  expect(await states[1].runs()).toMatchObject([{ run: "r1" }]);
  expect(states[0].lineage).toMatch(/^[0-9a-f]{32}$/);
  expect(states[1].lineage).toBe(states[0].lineage);
  for (const state of states) await state.close();
  const reader = await openStateReadOnly(options);
  expect(reader.serial).toBe(1);
  await reader.close();
});
