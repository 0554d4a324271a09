import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TidemarkEvent } from "../../../src/core/events.ts";
import type { ObjectSync } from "../../../src/core/sync-plan.ts";
import type { SyncDriver } from "../../../src/driver/sync-driver.ts";
import { applyChangeset } from "../../../src/engine/apply.ts";
import { planChangeset } from "../../../src/engine/plan.ts";
import { threadsFor } from "../../../src/objects/apply/threads/thread-count.ts";
import { createObjectsDriver } from "../../../src/objects/driver.ts";
import { openState } from "../../../src/state/open.ts";
import type { StateStore } from "../../../src/state/state-store.ts";
import { type S3Server, startS3Server } from "../../support/s3-server/index.ts";
import { directoryLocation, objectSync, s3Location, syncPlan } from "../../support/sync-plans.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temp.ts";

const never = new AbortController().signal;
const drivers = { for: async () => createObjectsDriver({ ownPaths: [], threads: 2 }) as SyncDriver };

let folder: TemporaryFolder;
let state: StateStore;
let server: S3Server;
beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.join("from"));
  server = await startS3Server({ buckets: ["bucket"] });
  state = await openState({ folder: folder.join(".tidemark"), plan: "test-plan", create: true });
});
afterEach(async () => {
  await state.close();
  await server.close();
  await folder[Symbol.asyncDispose]();
});

const SUBTASKS = { maxObjects: 20, maxBytes: 1e9, parallel: 20 };

function planOf(over: Partial<ObjectSync> = {}) {
  return syncPlan(folder.join("plan.yaml"), objectSync(directoryLocation(folder.join("from")), s3Location(server, "bucket"), { subtasks: SUBTASKS, ...over }));
}

async function planAndApply({
  stop = never,
  abort = never,
  emit = () => {},
  sync = {},
}: { stop?: AbortSignal; abort?: AbortSignal; emit?: (event: TidemarkEvent) => void; sync?: Partial<ObjectSync> } = {}) {
  const plan = planOf(sync);
  const shared = { plan, planHash: "hash", drivers, state };
  const path = folder.join("changeset");
  const changeset = await planChangeset({ ...shared, planFile: "plan.yaml", path, listSkips: false, tidemark: "0.0.0", signal: never, emit: () => {} });
  try {
    return await applyChangeset({ ...shared, changeset, owner: "test", stop, abort, emit });
  } finally {
    changeset.close();
  }
}

async function writeFiles(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await writeFile(folder.join(`from/${at}`), `file ${at}`);
}

test("threads transfer what one would, large objects in parts among it, and all is remembered", async () => {
  await writeFiles(200);
  const large = Buffer.alloc(40 * 1024 * 1024, "large");
  await writeFile(folder.join("from/large"), large);
  const result = await planAndApply();
  expect(result.syncs["all"]?.outcomes).toMatchObject({ applied: 201, failed: 0 });
  expect(server.keys("bucket")).toHaveLength(201);
  expect(server.get("bucket", "7").toString()).toBe("file 7");
  expect(server.get("bucket", "large").equals(large)).toBe(true);
  expect(await state.openIntents("all")).toEqual([]);
  expect((await planAndApply()).run).toBeUndefined();
});

test("what one item cannot do is its outcome, as without threads", async () => {
  await writeFiles(30);
  server.faults.add({ match: { operation: "PutObject", key: "7" }, effect: { kind: "error", code: "AccessDenied" } });
  const problems: TidemarkEvent[] = [];
  const result = await planAndApply({ emit: (event) => void (event.type === "itemProblem" && problems.push(event)) });
  expect(result.syncs["all"]?.outcomes).toMatchObject({ applied: 29 });
  expect(problems).toMatchObject([{ key: "7", code: "ACCESS_DENIED" }]);
});

test("a stop reaches the threads: what is in flight ends, the rest is left for the next run", async () => {
  await writeFiles(400);
  const stop = new AbortController();
  const asked = once(stop.signal, "abort");
  // A few go through, for the stop to answer to; all others wait for it.
  let asking = 0;
  const until = async () => {
    asking += 1;
    if (asking > 40) await asked;
  };
  server.faults.add({ match: { operation: "PutObject" }, effect: { kind: "hold", until } });
  const stopped = await planAndApply({ stop: stop.signal, emit: (event) => void (event.type === "progress" && event.items > 0 && stop.abort()) });
  expect(stopped).toMatchObject({ status: "stopped", problems: 0 });
  const done = stopped.syncs["all"]?.outcomes.applied ?? 0;
  expect(done).toBeLessThan(400);
  expect(server.keys("bucket")).toHaveLength(done);
  expect((await planAndApply()).syncs["all"]?.outcomes.applied).toBe(400 - done);
});

test("an abort cuts off a large upload and leaves nothing of it", async () => {
  await writeFile(folder.join("from/large"), Buffer.alloc(40 * 1024 * 1024));
  server.faults.add({ match: { operation: "UploadPart" }, effect: { kind: "slow", delayMs: 200 } });
  const abort = new AbortController();
  server.faults.add({ match: { operation: "UploadPart", nth: 1 }, effect: { kind: "hold", until: async () => abort.abort() } });
  const result = await planAndApply({ abort: abort.signal });
  expect(result.syncs["all"]?.outcomes).toMatchObject({ applied: 0, cancelled: 1 });
  expect(server.uploads("bucket")).toEqual([]);
  await rm(folder.join("from/large"));
});

test("threads are started where they gain: many objects into a store, without a rate to keep", () => {
  const sync = planOf().syncs[0] as ObjectSync;
  expect(threadsFor(sync, 100, undefined)).toBe(0);
  expect(threadsFor(sync, 100, 3)).toBe(3);
  expect(threadsFor(sync, 1_000_000, 0)).toBe(0);
  expect(threadsFor({ ...sync, rate: { bytesPerSecond: 1e6, requestsPerSecond: undefined } }, 1_000_000, 3)).toBe(0);
  expect(threadsFor({ ...sync, concurrency: 4 }, 1_000_000, 2)).toBe(0);
  expect(threadsFor({ ...sync, to: sync.from }, 1_000_000, 2)).toBe(0);
});

test("a flow holds for all threads together: paused by the plan, nothing is sent until it is let go", async () => {
  await writeFiles(60);
  const sent: number[] = [];
  let run = "";
  const result = await planAndApply({
    sync: { flow: { windows: [], outside: "pause" } },
    emit(event) {
      if (event.type === "runStarted") ({ run } = event);
      if (event.type !== "notice" || event.code !== "FLOW_PAUSED") return;
      sent.push(server.keys("bucket").length);
      void state.request(run, { sync: "all", flow: { windows: [], outside: "unlimited" } });
    },
  });
  expect(sent).toEqual([0]);
  expect(result.syncs["all"]?.outcomes).toMatchObject({ applied: 60 });
});

test("a pause is no reason for threads not to stop", async () => {
  await writeFiles(60);
  const stop = new AbortController();
  const result = await planAndApply({
    stop: stop.signal,
    sync: { flow: { windows: [], outside: "pause" } },
    emit: (event) => void (event.type === "notice" && event.code === "FLOW_PAUSED" && stop.abort()),
  });
  expect(result).toMatchObject({ stopped: true, syncs: { all: { outcomes: { applied: 0, failed: 0 } } } });
  expect(server.keys("bucket")).toEqual([]);
});

test("what is in flight is told by each thread, and how many may be is changed in each", async () => {
  await writeFiles(40);
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  server.faults.add({ match: { operation: "PutObject", key: /^\d+$/ }, effect: { kind: "hold", until: () => opened } });
  const parts = new Map<number, number>();
  let run = "";
  let isAsked = false;
  const result = await planAndApply({
    sync: { concurrency: 16 },
    emit(event) {
      if (event.type === "runStarted") ({ run } = event);
      if (event.type !== "inFlight") return;
      parts.set(event.part, event.count);
      const counts = [...parts.values()];
      if (counts.length < 2) return;
      // As many as the plan says, half of them in each thread; more after somebody asked for more.
      if (!isAsked && counts.every((count) => count === 8)) {
        isAsked = true;
        void state.request(run, { sync: "all", concurrency: 32 });
      }
      if (counts.every((count) => count > 8)) open();
    },
  });
  expect(isAsked).toBe(true);
  expect(result.syncs["all"]?.outcomes).toMatchObject({ applied: 40 });
});
