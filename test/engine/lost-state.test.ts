import { expect, test } from "vitest";
import { TidemarkError } from "../../src/core/errors.ts";
import type { ObjectSync } from "../../src/core/sync-plan.ts";
import type { Drivers } from "../../src/engine/drivers.ts";
import { drivers, Workplace } from "./workplace.ts";

const sync: Partial<ObjectSync> = { subtasks: { maxObjects: 1, maxBytes: 1, parallel: 2 } };

test.each(["STATE_DISK_FULL", "LEASE_LOST"])(
  "where outcomes cannot be recorded any more (%s), what is in flight is cut off before the locks are given back",
  async (code) => {
    await using place = await Workplace.make();
    for (const name of ["a", "b"]) await place.write(`from/${name}`, "content");
    const changeset = await place.plan(sync);

    const seen: string[] = [];
    const full = new Proxy(place.state, {
      get(target, name) {
        if (name === "record") return () => Promise.reject(new TidemarkError(code, "no"));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    // What is in flight is told by a clock, at any time.
    const applying = place.apply(changeset, [sync], { drivers: endless(seen), state: full, emit: ({ type }) => void (type === "inFlight" || seen.push(type)) });
    await expect(applying).rejects.toMatchObject({ code });
    expect(seen.slice(-3)).toEqual(["cut off", "closed", "runFinished"]);
    expect(seen).not.toContain("progress");
    expect(await place.state.locks()).toEqual([]);
    expect((await place.state.runs())[0]?.status).toBe("failed");
  },
);

/** The first item is done; the second takes for ever, unless it is cut off. */
function endless(seen: string[]): Drivers {
  return {
    async for(of) {
      const real = await drivers.for(of);
      return {
        ...real,
        async open(_sync, context) {
          const session = await real.open(of, context);
          return {
            cut: session.cut.bind(session),
            recover: session.recover.bind(session),
            async close() {
              seen.push("closed");
              await session.close();
            },
            async *apply(subtask, done) {
              if (subtask.seqFrom === 1) return yield* session.apply(subtask, done);
              await new Promise((resolve) => context.abort.addEventListener("abort", resolve, { once: true }));
              seen.push("cut off");
            },
          };
        },
      };
    },
  };
}
