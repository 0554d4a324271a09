import { mkdir, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TidemarkError } from "../../src/core/errors.ts";
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

function planOf(over: Partial<ObjectSync>) {
  return syncPlan(folder.join("plan.yaml"), objectSync(directoryLocation(folder.join("from")), directoryLocation(folder.join("to")), over));
}

test.each(["STATE_DISK_FULL", "LEASE_LOST"])(
  "where outcomes cannot be recorded any more (%s), what is in flight is cut off before the locks are given back",
  async (code) => {
    for (const name of ["a", "b"]) await writeFile(folder.join(`from/${name}`), "content");
    const plan = planOf({ subtasks: { maxObjects: 1, maxBytes: 1, parallel: 2 } });
    const changeset = await planChangeset({
      plan,
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

    const seen: string[] = [];
    /** The first item is done; the second takes for ever, unless it is cut off. */
    const slow: Drivers = {
      async for(sync) {
        const real = await drivers.for(sync);
        return {
          ...real,
          async open(_sync, context) {
            const session = await real.open(sync, context);
            return {
              cut: session.cut.bind(session),
              recover: session.recover.bind(session),
              async close() {
                seen.push("closed");
                await session.close();
              },
              async *apply(subtask, done) {
                if (subtask.seqFrom === 2) {
                  await new Promise((resolve) => context.abort.addEventListener("abort", resolve, { once: true }));
                  seen.push("cut off");
                  return;
                }
                yield* session.apply(subtask, done);
              },
            };
          },
        };
      },
    };
    const full = new Proxy(state, {
      get(target, name) {
        if (name === "record") return () => Promise.reject(new TidemarkError(code, "no"));
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const applying = applyChangeset({
      changeset,
      plan,
      planHash: "hash",
      drivers: slow,
      state: full,
      owner: "test",
      stop: never,
      abort: never,
      emit: ({ type }) => seen.push(type),
    });
    await expect(applying).rejects.toMatchObject({ code });
    expect(seen.slice(-3)).toEqual(["cut off", "closed", "runFinished"]);
    expect(seen).not.toContain("progress");
    expect(await state.locks()).toEqual([]);
    expect((await state.runs())[0]?.status).toBe("failed");
    changeset.close();
  },
);
