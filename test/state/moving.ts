import { describe, expect, test } from "vitest";
import { moveState } from "../../src/state/move-state.ts";
import type { StateStore } from "../../src/state/state-store.ts";
import { type StatePage, UNFINISHED, type WholeState } from "../../src/state/whole.ts";
import { applied, collect, failed, OWNER, pagesOf, record, runStart } from "./samples.ts";

/** A place that a state can be moved from and to. */
export interface MovablePlace extends AsyncDisposable {
  open(options: { readonly access: "read" | "write" | "create"; readonly evenMoved?: boolean }): Promise<WholeState>;
}

/** A state with something of every kind. */
export async function fillSample(state: StateStore): Promise<void> {
  const lease = await state.lock("d", OWNER);
  await state.startRun(runStart("r1"), [lease]);
  const many = Array.from({ length: 4500 }, (_, at) => applied(at + 1, `key ${String(at).padStart(5, "0")}`));
  await state.record("r1", many, [lease]);
  await state.record(
    "r1",
    [
      failed(5000, "nul \u0000 and \u202e", { message: "it is\u0000gone", source: { size: 3, versionId: "v|\\" } }),
      failed(5001, "other", { sync: "t", outcome: "stale", hint: undefined }),
    ],
    [lease],
  );
  await state.finishRun("r1", "partly", [lease], '{"of":"r1"}');
  await state.startRun(runStart("r2", { planId: "sha256:other" }), [lease]);
  await state.intents("r2", "t", [lease]).begin("multipart", "k\u0000", '{"upload":1}');
  await state.restore("t", pagesOf([record("é"), record("\u{1f600}"), record("")]), [lease]);
  await lease.release();
}

/** All that can be asked of a state. */
export async function told(state: StateStore): Promise<unknown> {
  const runs = await state.runs(1000);
  const problems = await Promise.all(runs.map(({ run }) => collect(state.problems(run))));
  return {
    lineage: state.lineage,
    serial: state.serial,
    counts: await state.counts(),
    items: await Promise.all(["s", "t"].map((sync) => collect(state.slice(sync)))),
    runs,
    problems,
    applied: await collect(state.applied("sha256:p")),
    since: await collect(state.applied("sha256:p", state.serial)),
    intents: (await Promise.all(["s", "t"].map((sync) => state.openIntents(sync)))).map((intents) => intents.map((intent) => ({ ...intent, id: 0 }))),
    dead: await state.deadRuns(),
  };
}

/** What moving a state from one place to another must do, and back again. */
export function moving(name: string, makePlaces: () => Promise<readonly [MovablePlace, MovablePlace]>): void {
  const made = async () => {
    const [from, to] = await makePlaces();
    const old = await from.open({ access: "create" });
    await fillSample(old);
    const before = await told(old);
    await old.close();
    return {
      from,
      to,
      before,
      async [Symbol.asyncDispose]() {
        for (const each of [from, to]) await each[Symbol.asyncDispose]();
      },
    };
  };
  const move = async (from: MovablePlace, to: MovablePlace, toName: string, change: (state: WholeState) => WholeState = (state) => state) => {
    const old = await from.open({ access: "write", evenMoved: true });
    try {
      return await moveState({ from: old, fromName: "the old one", toName, openTo: async () => change(await to.open({ access: "create", evenMoved: true })) });
    } finally {
      await old.close();
    }
  };
  const look = async (place: MovablePlace) => {
    const state = await place.open({ access: "read" });
    const found = await told(state);
    await state.close();
    return found;
  };

  describe(`moving ${name}`, () => {
    test("takes everything there and back, and leaves the old one unusable", async () => {
      await using places = await made();
      const { from, to, before } = places;
      // It was opened before, and holds another lineage: nothing was done with it.
      await (await to.open({ access: "create" })).close();
      expect(await move(from, to, "new")).toMatchObject({ items: 4503, runs: 2, outcomes: 4502, problems: 2, intents: 1 });
      expect(await look(to)).toEqual(before);
      for (const access of ["read", "write", "create"] as const)
        await expect(from.open({ access })).rejects.toMatchObject({ code: "STATE_ELSEWHERE", message: expect.stringContaining("new") });
      expect(await move(from, to, "new")).toBeUndefined();
      await expect(move(from, to, "elsewhere")).rejects.toMatchObject({ code: "STATE_ELSEWHERE" });
      const state = await to.open({ access: "write" });
      await state.startRun(runStart("r3"), []);
      await state.record("r3", [applied(9, "new")], []);
      const after = await told(state);
      await state.close();
      await move(to, from, "back");
      expect(await look(from)).toEqual(after);
      await expect(to.open({ access: "create" })).rejects.toMatchObject({ code: "STATE_ELSEWHERE" });
    });

    test("is refused while a run holds a lock, or where another state is in use", async () => {
      await using places = await made();
      const { from, to, before } = places;
      const running = await from.open({ access: "write" });
      const lease = await running.lock("d", OWNER);
      await expect(move(from, to, "new")).rejects.toMatchObject({ code: "LOCKED" });
      await lease.release();
      await running.close();
      const other = await to.open({ access: "create" });
      await other.startRun(runStart("mine"), []);
      await expect(move(from, to, "new")).rejects.toMatchObject({ code: "STATE_EXISTS" });
      expect((await other.runs()).map(({ run }) => run)).toEqual(["mine"]);
      await other.close();
      expect(await look(from)).toEqual(before);
    });

    test("that fails in the middle leaves the old one in use; that was killed there is done again", async () => {
      await using places = await made();
      const { from, to, before } = places;
      const broken = (state: WholeState): WholeState =>
        new Proxy(state, {
          get(target, property) {
            if (property === "fill") {
              return (pages: AsyncIterable<StatePage>, origin: { lineage: string; serial: number }) =>
                target.fill(first(pages), origin).then(() => Promise.reject(new Error("the line is cut")));
            }
            const value: unknown = Reflect.get(target, property, target);
            return typeof value === "function" ? value.bind(target) : value;
          },
        });
      await expect(move(from, to, "new", broken)).rejects.toThrow("the line is cut");
      expect(await look(from)).toEqual(before);
      await expect(to.open({ access: "create" })).rejects.toMatchObject({ code: "STATE_ELSEWHERE", message: expect.stringContaining("not whole") });

      // As one that was killed leaves it.
      const old = await from.open({ access: "write" });
      await old.setMark("new");
      await expect(old.startRun(runStart("r9"), [])).rejects.toMatchObject({ code: "STATE_ELSEWHERE" });
      await expect(old.lock("d", OWNER)).rejects.toMatchObject({ code: "STATE_ELSEWHERE" });
      await old.close();
      const half = await to.open({ access: "write", evenMoved: true });
      expect(await half.mark()).toBe(UNFINISHED);
      await half.close();
      await move(from, to, "new");
      expect(await look(to)).toEqual(before);
    });
  });
}

async function* first(pages: AsyncIterable<StatePage>): AsyncGenerator<StatePage> {
  let given = 0;
  for await (const page of pages) {
    yield page;
    if ((given += 1) === 4) return;
  }
}
