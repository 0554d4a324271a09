import { describe, expect, test } from "vitest";
import type { Lease } from "../../src/state/state-store.ts";
import { fakeClock } from "./journal-place.ts";
import { collect, OWNER } from "./samples.ts";
import { openShared, type SharedPlace, startShared } from "./shared-place.ts";

export interface SharedPlaceUnderTest extends AsyncDisposable {
  readonly place: SharedPlace;
  /** Has the lease of a process that was suspended lapse, as far as it takes more than time. */
  sever(lease: Pick<Lease, "destination" | "epoch">): Promise<void>;
}

/** What a shared state must do for processes that race, are killed, or are suspended and wake up. */
export function sharedProcesses(name: string, makePlace: () => Promise<SharedPlaceUnderTest>): void {
  /** One for whom the time of a lease has passed and passes at once. */
  const openLater = (place: SharedPlace) => openShared(place, { now: () => Date.now() + 60_000, clock: fakeClock() });

  describe(`${name}: processes`, () => {
    test("of which several race for a lock, one gets", async () => {
      await using under = await makePlace();
      const children = Array.from({ length: 3 }, (_, at) => startShared("race", under.place, `r${at}`));
      for (const child of children) expect(await child.said()).toBe("ready");
      for (const child of children) child.goOn();
      const said = await Promise.all(children.map((child) => child.said()));
      expect(said.filter((each) => each === "locked")).toHaveLength(1);
      expect(said.filter((each) => each === "LOCKED")).toHaveLength(2);
      for (const child of children) await child.kill();
    });

    test("that live keep their lock; from one that was killed it is taken at once", async () => {
      await using under = await makePlace();
      await using child = startShared("lease", under.place, "child");
      expect(await child.said()).toBe("1");
      const state = await openShared(under.place);
      await expect(state.lock("d", OWNER)).rejects.toMatchObject({ code: "LOCKED" });
      expect((await state.runs()).map(({ status }) => status)).toEqual(["running"]);
      await child.kill();
      await expect.poll(() => state.deadRuns()).toEqual(["child"]);
      expect((await state.lock("d", OWNER)).epoch).toBe(2);
      expect(await state.interruptDead()).toEqual(["child"]);
      await state.close();
    });

    test("that are suspended, lose their lock and wake up write nothing more", async () => {
      await using under = await makePlace();
      await using child = startShared("lease", under.place, "child");
      const epoch = Number(await child.said());
      child.signal("SIGSTOP");
      const state = await openLater(under.place);
      await under.sever({ destination: "d", epoch });
      const taken = await state.lock("d", OWNER);
      expect(taken.epoch).toBe(epoch + 1);
      child.signal("SIGCONT");
      child.goOn();
      expect([await child.said(), await child.said()]).toEqual(["LEASE_LOST", "LEASE_LOST"]);
      expect(await state.counts()).toEqual({});
      expect(await state.interruptDead()).toEqual(["child"]);
      await taken.beat();
      await state.close();
    });

    test("killed at any instant leave all that they said to be recorded, and nothing half", { timeout: 120_000 }, async () => {
      await using under = await makePlace();
      const said = new Map<string, number>();
      for (let round = 0; round < 6; round += 1) {
        await using child = startShared("record", under.place, `r${round}`);
        let last = -1;
        const until = Math.floor(Math.random() * 15);
        while (last < until) last = Number((await child.said()) ?? until);
        await child.kill();
        for (let line = await child.said(); line !== undefined; line = await child.said()) last = Number(line);
        said.set(`r${round}`, last);
      }
      const state = await openShared(under.place);
      const kept = new Set((await collect(state.slice("s"))).map(({ key }) => key));
      const runs = await state.runs();
      for (const [run, last] of said) {
        const count = runs.find((info) => info.run === run)?.counts["s"]?.applied ?? 0;
        expect(count % 20, run).toBe(0);
        expect(count / 20, run).toBeGreaterThanOrEqual(last + 1);
        expect(count / 20, run).toBeLessThanOrEqual(last + 2);
        for (let at = 0; at < count; at += 1) expect(kept).toContain(`${run}-${Math.floor(at / 20)}-${at % 20}`);
      }
      await state.close();
    });
  });
}
