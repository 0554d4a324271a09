import { expect, test } from "vitest";
import type { TidemarkEvent } from "../../src/core/events.ts";
import type { Flow, ObjectSync } from "../../src/core/sync-plan.ts";
import { openState } from "../../src/state/open.ts";
import { Workplace } from "./workplace.ts";

const outside = (limit: Flow["outside"]): Flow => ({ windows: [], outside: limit });

/** Applies under a flow, and asks for changes through another handle of the state, as another process would. */
async function applyWith(sync: Partial<ObjectSync>, changes: readonly (Flow | undefined)[]) {
  await using place = await Workplace.make();
  await place.write("from/a", "x".repeat(10_000));
  await place.write("from/b", "y".repeat(10_000));
  const events: TidemarkEvent[] = [];
  const other = await openState({ folder: place.folder.join(".tidemark"), plan: "test-plan", create: false });
  const asked = [...changes];
  let run = "";
  const ask = async () => {
    const [flow] = asked.splice(0, 1);
    await other.request(run, { sync: sync.name ?? "all", flow });
  };
  const result = await place.apply(await place.plan(sync), [sync], {
    emit: (event) => {
      events.push(event);
      if (event.type === "runStarted") ({ run } = event);
      // Each one when the one before holds.
      if (event.type === "syncStarted" || (event.type === "notice" && event.code === "FLOW_CHANGED" && asked.length > 0)) void ask();
    },
  });
  await other.close();
  return { result, notices: events.flatMap((event) => (event.type === "notice" ? [[event.code, event.message]] : [])) };
}

test("a run that would take hours ends when its flow is changed", async () => {
  // Rate and windows give way both.
  const { result, notices } = await applyWith({ rate: { bytesPerSecond: 1, requestsPerSecond: undefined } }, [outside("unlimited")]);
  expect(result).toMatchObject({ status: "applied", syncs: { all: { outcomes: { applied: 2 } } } });
  expect(notices).toEqual([["FLOW_CHANGED", "The flow of the sync all was changed by `tidemark flow`: without a limit."]]);
});

test("one that is paused says so, goes on, and goes back to its plan", async () => {
  const { result, notices } = await applyWith({ flow: outside("pause") }, [outside(1), undefined, outside(5_000_000)]);
  expect(result).toMatchObject({ status: "applied", syncs: { all: { outcomes: { applied: 2 } } } });
  const said = notices.map(([code, message]) => `${code} ${message?.replace(/^.*: /, "")}`);
  expect(said.filter((text) => text.startsWith("FLOW_CHANGED"))).toEqual([
    "FLOW_CHANGED at most 1 B/s.",
    "FLOW_CHANGED what its plan says.",
    "FLOW_CHANGED at most 5 MB/s.",
  ]);
  expect(said.filter((text) => text.startsWith("FLOW_PAUSED"))).toHaveLength(2);
});

test("a change for a sync that begins later holds from its beginning", async () => {
  await using place = await Workplace.make();
  await place.write("from/a", "x".repeat(10_000));
  const [first, second]: Partial<ObjectSync>[] = [
    { name: "first", flow: outside("pause"), prefixes: ["a"] },
    { name: "second", flow: outside("pause"), needs: ["first"], prefixes: ["a"] },
  ];
  if (!first || !second) return;
  const result = await place.apply(await place.plan(first, second), [first, second], {
    emit: (event) => {
      if (event.type !== "runStarted") return;
      void place.state
        .request(event.run, { sync: "second", flow: outside("unlimited") })
        .then(() => place.state.request(event.run, { sync: "first", flow: outside("unlimited") }));
    },
  });
  expect(result.syncs).toMatchObject({ first: { outcomes: { applied: 1 } } });
  expect(result.stopped).toBe(false);
});
