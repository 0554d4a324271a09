import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys } from "../../src/core/byte-order.ts";
import type { Outcome } from "../../src/state/outcome.ts";
import type { Lease, StateStore } from "../../src/state/state-store.ts";
import { applied, collect, failed, OWNER, pagesOf, record, runStart } from "./samples.ts";

/** A place for one state: every `open` is another connection to the same. */
export interface StatePlace extends AsyncDisposable {
  open(options?: { readonly now?: () => number }): Promise<StateStore>;
  /** Lets these leases lapse as if their holders had fallen silent, while those of `kept` beat. */
  lapse(leases: readonly Lease[], kept: readonly Lease[]): Promise<void>;
  /** Ends what tells that the holder of a lease lives. Default: its process id, which is none, tells it. */
  kill?(lease: Lease): Promise<void>;
}

/** The clock of a place whose leases lapse by time. */
export class PlaceClock {
  #now = 1_000_000;
  readonly now = (): number => this.#now;
  readonly lapse = async (_: readonly Lease[], kept: readonly Lease[]): Promise<void> => {
    this.#now += 20_000;
    for (const lease of kept) await lease.beat();
    this.#now += 15_000;
  };
}

/** What every StateStore must do, however it keeps its records. */
export function stateConformance(name: string, makePlace: () => Promise<StatePlace>): void {
  describe(`${name}: records`, () => {
    test("are there for another connection, under the same lineage", async () => {
      await using place = await makePlace();
      const state = await place.open();
      await state.startRun(runStart("r1"), []);
      await state.record("r1", [applied(1, "a"), applied(2, "b", { action: "overwrite" })], []);
      const other = await place.open();
      expect(await collect(other.slice("s"))).toEqual([
        { key: "a", source: { size: 10, etag: "from-1" }, destination: { size: 10, etag: "to-1" } },
        { key: "b", source: { size: 10, etag: "from-2" }, destination: { size: 10, etag: "to-2" } },
      ]);
      expect(await collect(other.slice("other"))).toEqual([]);
      expect(other.lineage).toBe(state.lineage);
      expect(other.lineage).not.toBe("");
      expect(other.serial).toBe(state.serial);
      await state.close();
      await other.close();
    });

    test("go when their item was deleted, and stay when nothing was applied", async () => {
      await using place = await makePlace();
      const state = await place.open();
      await state.startRun(runStart("r1"), []);
      await state.record("r1", [applied(1, "a"), applied(2, "b")], []);
      await state.record("r1", [applied(3, "a", { action: "delete", source: undefined, destination: undefined }), failed(4, "b", { action: "delete" })], []);
      expect((await collect(state.slice("s"))).map(({ key }) => key)).toEqual(["b"]);
      await state.close();
    });

    test("come in byte order, by range, in pages", async () => {
      await using place = await makePlace();
      const state = await place.open();
      const keys = fc.uniqueArray(fc.string({ unit: "binary", maxLength: 5 }), { minLength: 1, maxLength: 40 });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          keys,
          fc.option(fc.string({ maxLength: 3 }), { nil: undefined }),
          fc.option(fc.string({ maxLength: 3 }), { nil: undefined }),
          async (some, after, upTo) => {
            const sync = `s${(round += 1)}`;
            await state.restore(sync, pagesOf(some.map((key) => record(key))), []);
            const wanted = some
              .filter((key) => (after === undefined || compareKeys(key, after) > 0) && (upTo === undefined || compareKeys(key, upTo) <= 0))
              .toSorted(compareKeys);
            expect((await collect(state.slice(sync, { after, upTo }))).map(({ key }) => key)).toEqual(wanted);
          },
        ),
        { numRuns: 40 },
      );
      await state.close();
    });

    test("more than a page is read whole, also while they are written", async () => {
      await using place = await makePlace();
      const state = await place.open();
      const all = Array.from({ length: 4500 }, (_, i) => record(String(i).padStart(5, "0")));
      expect(await state.restore("s", pagesOf(all.slice(0, 3000), all.slice(3000)), [])).toBe(4500);
      const seen: string[] = [];
      for await (const page of state.slice("s")) {
        seen.push(...page.map(({ key }) => key));
        await state.restore("s", pagesOf([record("00000", "2")]), []);
      }
      expect(seen).toEqual(all.map(({ key }) => key));
      expect(await state.counts()).toEqual({ s: 4500 });
      await state.close();
    });

    test("can be forgotten one by one and all", async () => {
      await using place = await makePlace();
      const state = await place.open();
      await state.restore("s", pagesOf(["a", "b", "c", "d"].map((key) => record(key))), []);
      await state.restore("t", pagesOf([record("a")]), []);
      expect(await state.forget("s", ["b", "missing"], [])).toBe(1);
      expect(await state.counts()).toEqual({ s: 3, t: 1 });
      expect(await state.forget("s", "all", [])).toBe(3);
      expect(await state.forget("s", "all", [])).toBe(0);
      expect(await state.counts()).toEqual({ t: 1 });
      await state.close();
    });

    test("follow their sync to another name, once", async () => {
      await using place = await makePlace();
      const state = await place.open();
      await state.restore("old", pagesOf([record("a")]), []);
      await state.intents("r0", "old", []).begin("multipart", "a", "u");
      await state.renameSync("old", "new");
      await state.renameSync("old", "new");
      await state.renameSync("never", "new");
      expect(await state.counts()).toEqual({ new: 1 });
      expect((await state.openIntents("new")).map(({ key }) => key)).toEqual(["a"]);
      await state.restore("old", pagesOf([record("b")]), []);
      await expect(state.renameSync("old", "new")).rejects.toMatchObject({ code: "STATE_SYNC_EXISTS" });
      await state.forget("new", "all", []);
      await state.renameSync("old", "new");
      expect((await collect(state.slice("new"))).map(({ key }) => key)).toEqual(["b"]);
      await state.close();
    });
  });

  describe(`${name}: runs`, () => {
    test("count their outcomes; the last one of a number counts", async () => {
      await using place = await makePlace();
      const state = await place.open();
      const kinds: readonly Outcome["outcome"][] = ["applied", "stale", "failed", "refused", "cancelled", "inDoubt"];
      const outcome = fc.record({
        seq: fc.integer({ min: 1, max: 12 }),
        sync: fc.constantFrom("s", "t"),
        outcome: fc.constantFrom(...kinds),
        bytes: fc.nat(1000),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(outcome, { maxLength: 8 }), { maxLength: 6 }), async (batches) => {
          const run = `run-${(round += 1)}`;
          await state.startRun(runStart(run, { planId: run }), []);
          const last = new Map<number, { sync: string; outcome: Outcome["outcome"]; bytes: number }>();
          for (const batch of batches) {
            await state.record(
              run,
              batch.map(({ seq, ...rest }) => (rest.outcome === "applied" ? applied(seq, `k${seq}`, rest) : failed(seq, `k${seq}`, rest))),
              [],
            );
            for (const { seq, ...rest } of batch) last.set(seq, rest);
          }
          const [info] = await state.runs(1);
          const counted = Object.entries(info?.counts ?? {}).flatMap(([sync, counts]) =>
            Object.entries(counts).flatMap(([kind, items]) => Array.from({ length: items }, () => `${sync} ${kind}`)),
          );
          expect(counted.toSorted()).toEqual([...last.values()].map(({ sync, outcome: kind }) => `${sync} ${kind}`).toSorted());
          const isApplied = ([, { outcome: kind }]: [number, { outcome: string }]) => kind === "applied";
          expect(info?.appliedBytes).toBe([...last].filter(isApplied).reduce((sum, [, { bytes }]) => sum + bytes, 0));
          const numbers = (entries: [number, unknown][]) => entries.map(([seq]) => seq).toSorted((a, b) => a - b);
          expect(await collect(state.applied(run))).toEqual(numbers([...last].filter(isApplied)));
          expect((await collect(state.problems(run))).map(({ seq }) => seq)).toEqual(numbers([...last].filter((entry) => !isApplied(entry))));
        }),
        { numRuns: 30 },
      );
      await state.close();
    });

    test("tell why something was not applied", async () => {
      await using place = await makePlace();
      const state = await place.open();
      await state.startRun(runStart("r1"), []);
      const problems = [failed(2, "b", { source: { size: 3 } }), failed(5, "a\u0000\u202e", { outcome: "refused", hint: undefined })];
      await state.record("r1", [applied(1, "x"), ...problems], []);
      expect(await collect(state.problems("r1"))).toEqual(problems);
      expect(await collect(state.problems("none"))).toEqual([]);
      await state.close();
    });

    test("of one changeset tell together what is done, of those since it was planned", async () => {
      await using place = await makePlace();
      const state = await place.open();
      await state.startRun(runStart("r1"), []);
      await state.record("r1", [applied(1, "a"), failed(2, "b"), applied(50_000, "z")], []);
      const plannedAt = state.serial;
      await state.startRun(runStart("r2"), []);
      await state.record("r2", [applied(1, "a"), applied(2, "b")], []);
      await state.startRun(runStart("r3", { planId: "sha256:other" }), []);
      await state.record("r3", [applied(3, "c")], []);
      expect(await collect(state.applied("sha256:p"))).toEqual([1, 2, 50_000]);
      expect(await collect(state.applied("sha256:p", plannedAt))).toEqual([1, 2]);
      expect(await collect(state.applied("sha256:none"))).toEqual([]);
      expect(await collect(state.applied("sha256:p", -1, "r1"))).toEqual([1, 50_000]);
      expect(await collect(state.applied("sha256:p", plannedAt, "r1"))).toEqual([]);
      await state.close();
    });

    test("keep the notes of whoever ran them, the newest hundred", async () => {
      await using place = await makePlace();
      const state = await place.open();
      for (let run = 0; run < 103; run += 1) {
        await state.startRun(runStart(`r${run}`), []);
        await state.finishRun(`r${run}`, "applied", [], `{"of":${run}}`);
      }
      await state.startRun(runStart("silent"), []);
      const noted = (await state.runs(200)).flatMap(({ run, notes }) => (notes === undefined ? [] : [[run, notes]]));
      expect(noted).toEqual(Array.from({ length: 100 }, (_, at) => [`r${102 - at}`, `{"of":${102 - at}}`]));
      await state.close();
    });

    test("of one changeset are told apart by what each applied", async () => {
      await using place = await makePlace();
      const state = await place.open();
      for (const [run, seqs] of [
        ["r1", [1, 3]],
        ["r2", [2, 3]],
      ] as const) {
        await state.startRun(runStart(run), []);
        await state.record(
          run,
          seqs.map((seq) => applied(seq, `k${seq}`)),
          [],
        );
      }
      expect(await collect(state.applied("sha256:p", -1, "r1"))).toEqual([1, 3]);
      expect(await collect(state.applied("sha256:p", -1, "r2"))).toEqual([2, 3]);
      await state.close();
    });

    test("are listed newest first, with how they ended", async () => {
      await using place = await makePlace();
      const state = await place.open({ now: () => 5000 });
      const lease = await state.lock("d", OWNER);
      await state.startRun(runStart("r0"), []);
      await state.finishRun("r0", "partly", []);
      await state.startRun(runStart("r1"), [lease]);
      expect((await state.runs()).map(({ run, status, finishedAt }) => [run, status, finishedAt])).toEqual([
        ["r1", "running", undefined],
        ["r0", "partly", 5000],
      ]);
      expect(await state.runs(1)).toMatchObject([{ ...runStart("r1"), counts: {}, appliedBytes: 0 }]);
      await state.close();
    });

    test("whose lock has lapsed are interrupted; those that live are not", async () => {
      await using place = await makePlace();
      const [state, other] = [await place.open(), await place.open()];
      const kept = await state.lock("d1", OWNER);
      await state.startRun(runStart("r1"), [kept]);
      const lost = await other.lock("d2", { ...OWNER, run: "r2" });
      await other.startRun(runStart("r2"), [lost]);
      expect(await state.interruptDead()).toEqual([]);
      await place.lapse([lost], [kept]);
      expect((await state.runs()).map(({ status }) => status)).toEqual(["interrupted", "running"]);
      expect(await state.deadRuns()).toEqual(["r2"]);
      expect(await state.interruptDead()).toEqual(["r2"]);
      expect(await state.interruptDead()).toEqual([]);
      await state.finishRun("r1", "applied", [kept], "went well");
      await kept.release();
      expect((await state.runs()).map(({ status }) => status)).toEqual(["interrupted", "applied"]);
      expect((await state.runs()).map(({ notes }) => notes)).toEqual([undefined, "went well"]);
      await state.close();
      await other.close();
    });

    test("whose process is gone are interrupted at once", async () => {
      await using place = await makePlace();
      const [state, other] = [await place.open(), await place.open()];
      const lease = await other.lock("d", { ...OWNER, pid: 2 ** 30 });
      await other.startRun(runStart("r1"), [lease]);
      await place.kill?.(lease);
      expect(await state.interruptDead()).toEqual(["r1"]);
      expect((await state.lock("d", { ...OWNER, run: "r2" })).epoch).toBe(lease.epoch + 1);
      await state.close();
      await other.close();
    });
  });

  describe(`${name}: locks`, () => {
    test("are held by one, and say by whom", async () => {
      await using place = await makePlace();
      const [state, other] = [await place.open(), await place.open()];
      const lease = await state.lock("s3://b/", OWNER);
      const refused = await other.lock("s3://b/", { ...OWNER, run: "r2" }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "LOCKED" });
      for (const part of ["s3://b/", "r1", "ada", "mill", String(process.pid)]) expect(String(refused)).toContain(part);
      expect(await other.locks()).toMatchObject([{ ...OWNER, destination: "s3://b/", epoch: lease.epoch }]);
      await lease.release();
      expect(await other.locks()).toEqual([]);
      expect((await other.lock("s3://b/", { ...OWNER, run: "r2" })).epoch).toBe(lease.epoch + 1);
      await state.close();
      await other.close();
    });

    test("of which many ask at once, one gets", async () => {
      await using place = await makePlace();
      const states = await Promise.all(Array.from({ length: 4 }, () => place.open()));
      const asked = await Promise.allSettled(
        states.flatMap((state, i) => Array.from({ length: 5 }, (_, j) => state.lock("d", { ...OWNER, run: `r${i}-${j}` }))),
      );
      expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await Promise.all(states.map((state) => state.close()));
    });

    test("that lapsed are taken over, and the one who lost it cannot write", async () => {
      await using place = await makePlace();
      const [state, other] = [await place.open(), await place.open()];
      const lost = await state.lock("d", OWNER);
      const kept = await state.lock("e", OWNER);
      await state.startRun(runStart("r1"), [lost, kept]);
      const intents = state.intents("r1", "s", [lost]);
      const intent = await intents.begin("multipart", "a", "u");
      await place.lapse([lost, kept], []);
      const taken = await other.lock("d", { ...OWNER, run: "r2" });
      expect(taken.epoch).toBe(lost.epoch + 1);
      const before = await place.open();
      const serial = before.serial;
      await before.close();
      const leases = [kept, lost];
      const refused = [
        lost.beat(),
        state.record("r1", [applied(1, "a")], leases),
        state.finishRun("r1", "applied", leases),
        state.startRun(runStart("r3"), leases),
        state.restore("s", pagesOf([record("a")]), leases),
        state.forget("s", "all", leases),
        intents.begin("multipart", "b", "u"),
        intents.end(intent),
      ];
      for (const result of await Promise.allSettled(refused)) expect(result).toMatchObject({ status: "rejected", reason: { code: "LEASE_LOST" } });
      const third = await place.open();
      expect(third.serial).toBe(serial);
      expect(await collect(third.slice("s"))).toEqual([]);
      await lost.release();
      await taken.beat();
      await expect(third.lock("d", OWNER)).rejects.toMatchObject({ code: "LOCKED" });
      for (const each of [state, other, third]) await each.close();
    });

    test("can be taken away", async () => {
      await using place = await makePlace();
      const [state, other] = [await place.open(), await place.open()];
      const lease = await state.lock("d", OWNER);
      expect(await other.unlock("d")).toBe(true);
      expect(await other.unlock("d")).toBe(false);
      expect(await other.unlock("never")).toBe(false);
      await expect(state.startRun(runStart("r1"), [lease])).rejects.toMatchObject({ code: "LEASE_LOST" });
      await expect(lease.beat()).rejects.toMatchObject({ code: "LEASE_LOST" });
      await state.close();
      await other.close();
    });
  });

  describe(`${name}: intents and requests`, () => {
    test("open intents are those of runs that no longer live, oldest first", async () => {
      await using place = await makePlace();
      const state = await place.open({ now: () => 77 });
      const dead = state.intents("dead", "s", []);
      const ids = await Promise.all(["b", "a", "c"].map((key) => dead.begin("multipart", key, `upload of ${key}`)));
      const lease = await state.lock("d", OWNER);
      await state.intents("r1", "s", [lease]).begin("temporary", "living", "x");
      await dead.end(ids[2] ?? 0);
      expect(await state.openIntents("s")).toEqual([
        { id: ids[0], run: "dead", sync: "s", kind: "multipart", key: "b", detail: "upload of b", at: 77 },
        { id: ids[1], run: "dead", sync: "s", kind: "multipart", key: "a", detail: "upload of a", at: 77 },
      ]);
      await state.endIntent(ids[0] ?? 0);
      expect((await state.openIntents("s")).map(({ id }) => id)).toEqual([ids[1]]);
      expect(await state.openIntents("t")).toEqual([]);
      await lease.release();
      expect((await state.openIntents("s")).map(({ key }) => key)).toEqual(["a", "living"]);
      await state.close();
    });

    test("requests reach a run that holds its lock, in order, and end with it", async () => {
      await using place = await makePlace();
      const [state, other] = [await place.open(), await place.open()];
      const lease = await state.lock("d", OWNER);
      await state.startRun(runStart("r1"), [lease]);
      await other.request("r1", "stop");
      await other.request("r1", "abort");
      await other.request("r2", "stop");
      expect(await state.requests("r1")).toEqual(["stop", "abort"]);
      await state.finishRun("r1", "stopped", [lease]);
      expect(await state.requests("r1")).toEqual([]);
      await state.close();
      await other.close();
    });

    test("a change of flow comes as it was asked for, among the others", async () => {
      await using place = await makePlace();
      const state = await place.open();
      const window = { start: 480, end: 1080, days: [0, 4], timezone: "Europe/Berlin", bytesPerSecond: 50_000_000 };
      const changes = [
        { sync: "s", flow: { windows: [window], outside: "pause" as const } },
        { sync: "s", flow: { windows: [], outside: 1.5 } },
        { sync: "t", flow: undefined },
      ];
      await state.request("r1", "stop");
      for (const change of changes) await state.request("r1", change);
      expect(await state.requests("r1")).toEqual(["stop", ...changes]);
      await state.close();
    });
  });
}
