import { chmod, mkdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Changeset } from "../../src/changeset/changeset.ts";
import type { TidemarkEvent } from "../../src/core/events.ts";
import type { ObjectSync } from "../../src/core/sync-plan.ts";
import { applyChangeset } from "../../src/engine/apply.ts";
import type { Drivers } from "../../src/engine/drivers.ts";
import { planChangeset } from "../../src/engine/plan.ts";
import { createObjectsDriver } from "../../src/objects/driver.ts";
import { openState } from "../../src/state/open.ts";
import type { StateStore } from "../../src/state/state-store.ts";
import { directoryLocation, objectSync, syncPlan } from "../support/sync-plans.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";

const never = new AbortController().signal;
const drivers: Drivers = { for: async () => createObjectsDriver({ ownPaths: [] }) };

let folder: TemporaryFolder;
let state: StateStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.join("from"));
  await mkdir(folder.join("to"));
  state = await openState({ folder: folder.join(".tidemark"), plan: "test-plan", create: true });
});
afterEach(async () => {
  await state.close();
  await folder[Symbol.asyncDispose]();
});

async function write(path: string, text: string, time?: number) {
  const full = folder.join(path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, text);
  if (time !== undefined) await utimes(full, time, time);
}

const read = (path: string) => readFile(folder.join(path), "utf8");

function syncPlanOf(over: Partial<ObjectSync> = {}) {
  return syncPlan(folder.join("plan.yaml"), objectSync(directoryLocation(folder.join("from")), directoryLocation(folder.join("to")), over));
}

async function plan(over: Partial<ObjectSync> = {}): Promise<Changeset> {
  return await planChangeset({
    plan: syncPlanOf(over),
    planFile: "plan.yaml",
    planHash: "hash",
    drivers,
    state,
    path: folder.join("changeset"),
    listSkips: false,
    tidemark: "0.0.0",
    signal: never,
    emit: () => {},
  });
}

async function apply(changeset: Changeset, over: Partial<ObjectSync> = {}, planHash = "hash") {
  const events: TidemarkEvent[] = [];
  const result = await applyChangeset({
    changeset,
    plan: syncPlanOf(over),
    planHash,
    drivers,
    state,
    owner: "test",
    stop: never,
    abort: never,
    emit: (event) => events.push(event),
  });
  return { ...result, events };
}

const described = (changeset: Changeset) => [...changeset.actions()].map(({ action, key, reason }) => `${action} ${key} ${reason}`);

test("what is planned is applied, remembered, and not done again", async () => {
  await write("from/a", "one");
  await write("from/b/c", "two");
  const first = await plan();
  expect(described(first)).toEqual(["copy a absent", "copy b/c absent"]);
  const result = await apply(first);
  expect(result.status).toBe("applied");
  expect(result.syncs["all"]?.outcomes).toMatchObject({ applied: 2, failed: 0 });
  expect(await read("to/b/c")).toBe("two");

  const second = await plan();
  expect(second.summary.hasChanges).toBe(false);
  expect(second.summary.syncs[0]?.actions.skip.items).toBe(2);
  expect((await apply(second)).run).toBeUndefined();
});

test("a changeset that was applied does nothing when it is applied again", async () => {
  await write("from/a", "one");
  const changeset = await plan();
  await apply(changeset);
  await rm(folder.join("to/a"));
  expect((await apply(changeset)).run).toBeUndefined();
});

test("what somebody removed from the destination is copied again by the next plan", async () => {
  await write("from/a", "one");
  await apply(await plan());
  await rm(folder.join("to/a"));
  expect((await apply(await plan())).syncs["all"]?.outcomes.applied).toBe(1);
  expect(await read("to/a")).toBe("one");
});

test("what changed since it was reviewed is left alone and reported, at either end", async () => {
  await write("from/changed", "reviewed");
  await write("from/gone", "reviewed");
  await write("from/taken", "reviewed");
  await write("from/fine", "reviewed");
  const changeset = await plan();
  await write("from/changed", "edited after the review");
  await rm(folder.join("from/gone"));
  await write("to/taken", "somebody else's");
  const { syncs, events, status } = await apply(changeset);
  expect(status).toBe("partly");
  expect(syncs["all"]?.outcomes).toMatchObject({ applied: 1, stale: 3 });
  expect(await read("to/taken")).toBe("somebody else's");
  expect(await read("to/fine")).toBe("reviewed");
  expect(events.filter(({ type }) => type === "itemProblem").map((event) => ("code" in event ? event.code : ""))).toEqual(
    expect.arrayContaining(["SOURCE_CHANGED", "SOURCE_GONE", "DESTINATION_CHANGED"]),
  );
});

test("a mirror deletes what the source lacks, and only under the version that was seen", async () => {
  await write("from/keep", "k");
  await write("to/keep", "k");
  await write("to/old", "o");
  await write("to/edited", "e");
  const changeset = await plan({ delete: true });
  expect(described(changeset)).toEqual(["delete edited not-in-source", "delete old not-in-source"]);
  await write("to/edited", "edited meanwhile");
  const { syncs } = await apply(changeset, { delete: true });
  expect(syncs["all"]?.outcomes).toMatchObject({ applied: 1, stale: 1 });
  await expect(read("to/old")).rejects.toThrow(/ENOENT/);
  expect(await read("to/edited")).toBe("edited meanwhile");
});

test("an empty source deletes nothing unless the plan says that it may", async () => {
  await write("to/precious", "p");
  await expect(plan({ delete: true })).rejects.toMatchObject({ code: "EMPTY_SOURCE" });
  expect(described(await plan({ delete: true, allowEmptySource: true }))).toEqual(["delete precious not-in-source"]);
});

test("filters hide names at both ends, so a mirror does not delete what it does not look at", async () => {
  await write("from/a.jpg", "a");
  await write("to/b.tmp", "b");
  await write("to/c.jpg", "c");
  expect(described(await plan({ delete: true, exclude: ["*.tmp"] }))).toEqual(["copy a.jpg absent", "delete c.jpg not-in-source"]);
});

test("a source left out by its size or age protects its place", async () => {
  await write("from/large", "larger than that");
  await write("from/small", "s");
  await write("to/large", "older copy");
  const where = { minSize: undefined, maxSize: 3, modifiedAfter: undefined, modifiedBefore: undefined, storageClass: undefined };
  expect(described(await plan({ delete: true, where }))).toEqual(["copy small absent"]);
});

test("a touched file is looked into, and left when its bytes are the same", async () => {
  await write("from/same", "bytes", 1000);
  await write("to/same", "bytes", 2000);
  await write("from/other", "bytes", 1000);
  await write("to/other", "BYTES", 2000);
  const changeset = await plan();
  expect(described(changeset)).toEqual(["overwrite other checksum"]);
  expect(changeset.summary.syncs[0]?.reasons).toMatchObject({ "equal-checksum": 1 });
  await apply(changeset);
  expect(await read("to/other")).toBe("bytes");
});

test("a guard that does not hold refuses the plan before anything is written", async () => {
  await write("to/old", "o");
  await write("from/new", "n");
  const guards = { maxDeletes: { kind: "count", count: 0 }, maxOverwrites: undefined, maxBytes: undefined, maxObjects: undefined } as const;
  await expect(plan({ delete: true, guards })).rejects.toMatchObject({ code: "GUARD_EXCEEDED" });
});

test("onExisting: fail refuses a plan with a difference, and names one", async () => {
  await write("from/a", "longer");
  await write("to/a", "short");
  await expect(plan({ onExisting: "fail" })).rejects.toMatchObject({ code: "EXISTING_DIFFERS", message: expect.stringMatching(/1 item differs: "a"\.$/) });
});

test("a changeset is refused when the plan was edited, or a folder is another one now", async () => {
  await write("from/a", "one");
  const changeset = await plan();
  await expect(apply(changeset, {}, "another")).rejects.toMatchObject({ code: "PLAN_CHANGED" });
  await rm(folder.join("to"), { recursive: true });
  await mkdir(folder.join("elsewhere"));
  await symlink(folder.join("elsewhere"), folder.join("to"));
  await expect(apply(changeset)).rejects.toMatchObject({ code: "LOCATION_MOVED" });
});

test("ends that lie within each other are refused", async () => {
  await mkdir(folder.join("from/inner"));
  const inner = { to: { location: directoryLocation(folder.join("from/inner")), prefix: "" } };
  await expect(plan(inner)).rejects.toMatchObject({ code: "ENDS_OVERLAP" });
});

test("a stopped run finishes what is in flight, and the next goes on from there", async () => {
  for (let at = 0; at < 300; at += 1) await write(`from/${String(at).padStart(3, "0")}`, `file ${at}`);
  const changeset = await plan({ subtasks: { maxObjects: 10, maxBytes: 1e9, parallel: 1 }, concurrency: 2 });
  const stop = new AbortController();
  const over = { subtasks: { maxObjects: 10, maxBytes: 1e9, parallel: 1 }, concurrency: 2 } as const;
  const emit = (event: TidemarkEvent) => {
    if (event.type === "progress" && event.items > 0) stop.abort();
  };
  const stopped = await applyChangeset({
    changeset,
    plan: syncPlanOf(over),
    planHash: "hash",
    drivers,
    state,
    owner: "test",
    stop: stop.signal,
    abort: never,
    emit,
  });
  expect(stopped).toMatchObject({ status: "stopped", stopped: true, problems: 0 });
  const done = stopped.syncs["all"]?.outcomes.applied ?? 0;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(300);
  const rest = await apply(changeset, over);
  expect(rest.syncs["all"]?.outcomes.applied).toBe(300 - done);
});

test("one failure does not stop the rest", async () => {
  for (const name of ["a", "b", "c"]) await write(`from/${name}`, name);
  const changeset = await plan();
  // A folder stands where the file should go.
  await mkdir(folder.join("to/b/x"), { recursive: true });
  const { syncs, problems } = await apply(changeset);
  expect(syncs["all"]?.outcomes.applied).toBe(2);
  expect(problems).toBe(1);
  expect(await read("to/c")).toBe("c");
});

test.skipIf(process.getuid?.() === 0)("an unreadable folder is reported, and the rest goes on", async () => {
  await write("from/locked/x", "x");
  await write("from/open", "o");
  await chmod(folder.join("from/locked"), 0o000);
  try {
    expect(described(await plan())).toEqual(["conflict locked/ FOLDER_UNREADABLE", "copy open absent"]);
  } finally {
    await chmod(folder.join("from/locked"), 0o700);
  }
});

test("a sync is left out where one that it needs was not done whole", async () => {
  await write("from/a", "one");
  await write("more/b", "two");
  const first = objectSync(directoryLocation(folder.join("from")), directoryLocation(folder.join("to")), { name: "first" });
  const second = objectSync(directoryLocation(folder.join("more")), directoryLocation(folder.join("there")), { name: "second", needs: ["first"] });
  const chained = syncPlan(folder.join("plan.yaml"), first, second);
  const shared = { plan: chained, planHash: "hash", drivers, state };
  const changeset = await planChangeset({
    ...shared,
    planFile: "plan.yaml",
    path: folder.join("changeset"),
    listSkips: false,
    tidemark: "0.0.0",
    signal: never,
    emit: () => {},
  });
  await rm(folder.join("from/a"));
  const codes: string[] = [];
  const emit = (event: TidemarkEvent) => void (event.type === "notice" && codes.push(event.code));
  const { syncs, status } = await applyChangeset({ ...shared, changeset, owner: "test", stop: never, abort: never, emit });
  expect(status).toBe("partly");
  expect(syncs["first"]?.outcomes.stale).toBe(1);
  expect(syncs["second"]?.outcomes).toMatchObject({ applied: 0, cancelled: 1 });
  expect(codes).toContain("NEEDED_SYNC_FAILED");
});
