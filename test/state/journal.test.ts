import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { openS3StateObjects } from "../../src/objects/stores/s3/state-objects.ts";
import { setJournalAside } from "../../src/state/journal/set-aside.ts";
import { startS3Server, type S3Server } from "../support/s3-server/index.ts";
import { temporaryFolder } from "../support/temp.ts";
import { type JournalPlace, journalPlace } from "./journal-place.ts";
import { applied, collect, OWNER, pagesOf, record, runStart } from "./samples.ts";
import { stateConformance } from "./state-conformance.ts";

const ROOT = "tidemark/nightly/";
const HEAD = `${ROOT}head.json`;

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

stateConformance("S3", () => journalPlace(server));

function keysOf({ bucket }: JournalPlace): readonly string[] {
  return server.keys(bucket.location.bucket);
}

/** Batches of outcomes too large to travel within the head. */
function batchOf(batch: number, size = 200) {
  return Array.from({ length: size }, (_, at) => applied(batch * size + at + 1, `batch ${batch} ${at} ${Math.random()}`));
}

test("what is written long is compacted, and read whole by whoever comes", async () => {
  await using place = await journalPlace(server);
  const state = await place.open();
  await state.startRun(runStart("r1"), []);
  for (let batch = 0; batch < 40; batch += 1) await state.record("r1", batchOf(batch), []);
  await state.close();
  const keys = keysOf(place);
  expect(keys.filter((key) => key.startsWith(`${ROOT}base/`)).length).toBeGreaterThan(0);
  expect(keys.length).toBeLessThan(20);
  const other = await place.open({ access: "read" });
  expect(await collect(other.slice("s"))).toHaveLength(8000);
  expect(await collect(other.applied("sha256:p"))).toHaveLength(8000);
  await other.close();
});

test("one that slept while others compacted goes on upon what they made", async () => {
  await using place = await journalPlace(server);
  const [sleeper, other] = [await place.open(), await place.open()];
  const lease = await sleeper.lock("mine", OWNER);
  await sleeper.startRun(runStart("r1"), [lease]);
  await other.startRun(runStart("r2"), []);
  for (let batch = 0; batch < 20; batch += 1) await other.record("r2", batchOf(batch), []);
  await other.close();
  await sleeper.record("r1", [applied(1, "awake")], [lease]);
  const reader = await place.open({ access: "read" });
  expect(await collect(reader.slice("s"))).toHaveLength(4001);
  expect(await collect(sleeper.slice("s"))).toHaveLength(4001);
  await sleeper.close();
  await reader.close();
});

test("many that write at once lose nothing, whatever is compacted meanwhile", async () => {
  await using place = await journalPlace(server);
  const states = await Promise.all(Array.from({ length: 4 }, () => place.open()));
  await Promise.all(
    states.map(async (state, at) => {
      const lease = await state.lock(`d${at}`, { ...OWNER, run: `r${at}` });
      await state.startRun(runStart(`r${at}`), [lease]);
      for (let batch = 0; batch < 12; batch += 1) {
        const outcomes = Array.from({ length: 50 }, (_, i) => applied(batch * 50 + i + 1, `${at}-${batch}-${i}-${Math.random()}`));
        await state.record(`r${at}`, outcomes, [lease]);
        await lease.beat();
      }
      await state.finishRun(`r${at}`, "applied", [lease]);
    }),
  );
  for (const state of states) await state.close();
  const reader = await place.open({ access: "read" });
  expect((await reader.runs()).map(({ counts }) => counts["s"]?.applied)).toEqual([600, 600, 600, 600]);
  expect(await reader.counts()).toEqual({ s: 2400 });
  await reader.close();
});

describe("a write whose answer is lost", () => {
  test("is known as one's own, and done once", async () => {
    await using place = await journalPlace(server);
    const state = await place.open();
    const lease = await state.lock("d", OWNER);
    const lost = server.faults.add({
      match: { operation: "PutObject", bucket: place.bucket.location.bucket, key: HEAD, times: 3 },
      effect: { kind: "lost-response" },
    });
    await state.startRun(runStart("r1"), [lease]);
    await state.record("r1", [applied(1, "a")], [lease]);
    await lease.beat();
    expect(lost.hits).toBe(3);
    lost.remove();
    expect(await collect(state.slice("s"))).toHaveLength(1);
    expect((await state.runs()).map(({ run }) => run)).toEqual(["r1"]);
    await state.close();
  });

  test("is known also where others have written after it", async () => {
    await using place = await journalPlace(server);
    const [state, other] = [await place.open(), await place.open()];
    const arrived = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const match = { operation: "PutObject", bucket: place.bucket.location.bucket, key: HEAD, times: 1 } as const;
    const hold = server.faults.add({
      match,
      effect: {
        kind: "hold",
        at: "after",
        until: () => {
          arrived.resolve();
          return go.promise;
        },
      },
    });
    const lost = server.faults.add({ match, effect: { kind: "lost-response" } });
    const started = state.startRun(runStart("r1"), []);
    await arrived.promise;
    await other.startRun(runStart("r2"), []);
    go.resolve();
    await started;
    expect([hold.hits, lost.hits]).toEqual([1, 1]);
    for (const each of [state, other]) expect((await each.runs()).map(({ run }) => run)).toEqual(["r2", "r1"]);
    await state.record("r1", [applied(1, "a")], []);
    await state.close();
    await other.close();
  });
});

test("a write on its way while the lock is taken over does not arrive", async () => {
  await using place = await journalPlace(server);
  const [state, other] = [await place.open(), await place.open()];
  const lease = await state.lock("d", OWNER);
  await state.startRun(runStart("r1"), [lease]);
  await place.lapse([lease], []);
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  server.faults.add({
    match: { operation: "PutObject", bucket: place.bucket.location.bucket, key: HEAD, times: 1 },
    effect: {
      kind: "hold",
      until: () => {
        arrived.resolve();
        return go.promise;
      },
    },
  });
  const late = state.record("r1", [applied(1, "late")], [lease]);
  await arrived.promise;
  const taken = await other.lock("d", { ...OWNER, run: "r2" });
  go.resolve();
  await expect(late).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(taken.epoch).toBe(lease.epoch + 1);
  expect(await other.counts()).toEqual({});
  await state.close();
  await other.close();
});

describe("a lock that seems to have lapsed, since clocks differ,", () => {
  const wait = async (place: JournalPlace, atPause: (waited: number) => Promise<unknown>) => {
    let waited = 0;
    const clock = {
      elapsed: () => waited,
      pause: async (ms: number) => {
        waited += ms;
        await atPause(waited);
      },
    };
    // By this one's clock the holder has been silent for hours.
    const other = await place.open({ now: () => 1e9, clock });
    const result = await other.lock("d", { ...OWNER, run: "r2" }).catch((error: unknown) => error);
    return { other, result, waited };
  };
  const holding = async (place: JournalPlace) => {
    let now = 1000;
    const holder = await place.open({ now: () => (now += 1000) });
    return { holder, lease: await holder.lock("d", OWNER) };
  };

  test.each([[10_000], [28_000]])("is not taken from a holder who renews it, %i ms into the watch", async (at) => {
    await using place = await journalPlace(server);
    const { holder, lease } = await holding(place);
    const { other, result } = await wait(place, async (waited) => waited >= at && lease.beat());
    expect(result).toMatchObject({ code: "LOCKED" });
    await holder.startRun(runStart("r1"), [lease]);
    for (const each of [holder, other]) await each.close();
  });

  test("is taken once it was given back", async () => {
    await using place = await journalPlace(server);
    const { holder, lease } = await holding(place);
    const { other, result, waited } = await wait(place, async () => lease.release());
    expect(result).toMatchObject({ epoch: lease.epoch + 1 });
    expect(waited).toBeLessThan(30_000);
    for (const each of [holder, other]) await each.close();
  });

  test("is taken from a holder who stays silent as long as a lease lasts, and no sooner", async () => {
    await using place = await journalPlace(server);
    const { holder, lease } = await holding(place);
    const { other, result, waited } = await wait(place, async () => {});
    expect(result).toMatchObject({ epoch: lease.epoch + 1 });
    expect(waited).toBe(30_000);
    await expect(lease.beat()).rejects.toMatchObject({ code: "LEASE_LOST" });
    for (const each of [holder, other]) await each.close();
  });
});

describe("a store", () => {
  test.each([["put-if-none-match"], ["put-if-match"]] as const)("that ignores %s is refused, and nothing is left there", async (condition) => {
    await using place = await journalPlace(server);
    const fault = server.faults.add({ match: { bucket: place.bucket.location.bucket }, effect: { kind: "ignore-conditions", conditions: [condition] } });
    await expect(place.open()).rejects.toMatchObject({ code: "STATE_CONDITIONS" });
    expect(keysOf(place)).toEqual([]);
    fault.remove();
    const state = await place.open();
    server.faults.add({ match: { bucket: place.bucket.location.bucket }, effect: { kind: "ignore-conditions", conditions: [condition] } });
    await expect(state.lock("d", OWNER)).rejects.toMatchObject({ code: "STATE_CONDITIONS" });
    expect(keysOf(place)).toEqual([HEAD]);
    await state.close();
    server.faults.clear();
  });

  test("that is only read is not written to", async () => {
    await using place = await journalPlace(server);
    for (const access of ["read", "write"] as const) {
      const missing = await place.open({ access });
      expect([missing.lineage, missing.serial]).toEqual(["", 0]);
      await expect(missing.startRun(runStart("r1"), [])).rejects.toMatchObject({ code: "STATE_MISSING" });
      await missing.close();
    }
    const state = await place.open();
    await state.restore("s", pagesOf([record("a")]), []);
    server.requests.reset();
    const reader = await place.open({ access: "read" });
    expect(await collect(reader.slice("s"))).toHaveLength(1);
    for (const write of [reader.lock("d", OWNER), reader.unlock("d"), reader.request("r1", "stop")])
      await expect(write).rejects.toMatchObject({ code: "STATE_READ_ONLY" });
    await reader.close();
    expect(new Set(server.requests.list.map(({ operation }) => operation))).toEqual(new Set(["GetObject"]));
    await state.close();
  });

  test("in which a state is damaged keeps the old one beside the new", async () => {
    await using place = await journalPlace(server);
    const { bucket } = place.bucket.location;
    const state = await place.open();
    await state.startRun(runStart("r1"), []);
    await state.record("r1", batchOf(1), []);
    await state.close();
    const part = keysOf(place).find((key) => key.startsWith(`${ROOT}parts/`)) ?? "";
    const sound = server.get(bucket, part);
    server.put(bucket, part, Buffer.from(sound.map((byte, at) => (at === 20 ? byte ^ 1 : byte))));
    await expect(place.open()).rejects.toMatchObject({ code: "STATE_DAMAGED" });
    for (const text of ["", "{}", '{"kind":"tidemark-state","format":1,"layout":1}']) {
      server.put(bucket, HEAD, Buffer.from(text));
      await expect(place.open({ access: "read" })).rejects.toMatchObject({ code: "STATE_DAMAGED" });
    }
    server.put(bucket, HEAD, Buffer.from('{"kind":"tidemark-state","format":2,"layout":1}'));
    await expect(place.open()).rejects.toMatchObject({ code: "STATE_FORMAT" });
    const objects = () => openS3StateObjects(place.bucket.location, ROOT);
    expect(await setJournalAside(objects())).toMatch(/head\.json\.damaged-1$/);
    expect(await setJournalAside(objects())).toMatch(/head\.json\.damaged-2$/);
    expect(server.get(bucket, `${HEAD}.damaged-1`).toString()).toContain('"format":2');
    const fresh = await place.open();
    expect(fresh.lineage).toMatch(/^[0-9a-f]{32}$/);
    expect(await fresh.runs()).toEqual([]);
    await fresh.close();
  });
});

test("many that make it at once share one, and leave nothing on the disk", async () => {
  await using place = await journalPlace(server);
  await using folder = await temporaryFolder();
  // Others make folders in the usual one meanwhile.
  vi.stubEnv("TMPDIR", folder.path);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(tmpdir()).toBe(folder.path);
  const states = await Promise.all(Array.from({ length: 5 }, () => place.open()));
  expect(new Set(states.map(({ lineage }) => lineage)).size).toBe(1);
  // Where an open file can be unlinked it is, so that also a killed process leaves none.
  expect(readdirSync(folder.path)).toEqual([]);
  await Promise.all(states.map((state) => state.close()));
});
