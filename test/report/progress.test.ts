import { expect, test } from "vitest";
import { Messages } from "../../src/report/messages.ts";
import { PLAIN } from "../../src/report/paint.ts";
import { makeProgress, progressLine } from "../../src/report/progress/progress.ts";
import { ProgressState } from "../../src/report/progress/progress-state.ts";
import { textOf } from "./changeset-fixture.ts";

function run(): { state: ProgressState; at(ms: number): void } {
  let now = 0;
  const state = new ProgressState(() => now);
  return { state, at: (ms) => (now = ms) };
}

test("listing is told before anything is applied", () => {
  const { state } = run();
  expect(progressLine(state.snapshot())).toBeUndefined();
  state.take({ type: "syncListing", sync: "media" });
  state.take({ type: "listed", sync: "media", source: 1200, destination: 7 });
  expect(progressLine(state.snapshot())).toBe("media: listed 1,200 objects at the source, 7 at the destination");
});

test("what is done is summed over syncs, with rate and time left", () => {
  const { state, at } = run();
  state.take({ type: "runStarted", run: "r", planId: "p", resumed: false, items: 100, bytes: 10_000 });
  at(5000);
  state.take({ type: "progress", sync: "media", items: 30, bytes: 3000, failed: 1 });
  state.take({ type: "progress", sync: "docs", items: 20, bytes: 2000, failed: 0 });
  const snapshot = state.snapshot();

  expect(snapshot.items).toEqual({ done: 50, of: 100, failed: 1 });
  expect(snapshot.rate).toEqual({ items: 10, bytes: 1000 });
  expect(snapshot.left).toBe(5000);
  expect(progressLine(snapshot)).toBe("50 of 100 objects; 5 kB of 10 kB; 10/s, 1 kB/s; about 5 s left; 1 with problems");
});

test("a large object on its way counts before it is an outcome, and not twice after", () => {
  const { state, at } = run();
  state.take({ type: "runStarted", run: "r", planId: "p", resumed: false, items: 1, bytes: 1000 });
  at(1000);
  state.take({ type: "transferred", bytes: 500 });
  expect(state.snapshot().bytes.done).toBe(500);
  at(2000);
  state.take({ type: "transferred", bytes: 500 });
  state.take({ type: "progress", sync: "media", items: 1, bytes: 1000, failed: 0 });
  expect(state.snapshot().bytes.done).toBe(1000);
});

test("the rate is that of the last half minute, not of the whole run", () => {
  const { state, at } = run();
  state.take({ type: "runStarted", run: "r", planId: "p", resumed: false, items: 10_000, bytes: 0 });
  for (let second = 1; second <= 120; second++) {
    at(second * 1000);
    state.take({ type: "progress", sync: "media", items: second <= 60 ? second * 100 : 6000 + (second - 60), bytes: 0, failed: 0 });
  }
  expect(Math.round(state.snapshot().rate.items)).toBe(1);
});

test("a run that fills tables counts actions, and says how many rows it is about", async () => {
  const work = { items: 53, bytes: 780_000_000, rows: 5_000_000 };
  const started = { type: "runStarted", run: "r", planId: "p", resumed: false, ...work } as const;
  const said = await textOf((out) => {
    const progress = makeProgress({ mode: "plain", messages: new Messages(out, "info", PLAIN), json: undefined, flush: () => {}, columns: 80 });
    progress.emit(started);
    progress.emit({ type: "syncStarted", sync: "shop", ...work });
    progress.emit({ type: "syncStarted", sync: "media", items: 1, bytes: 5 });
    progress.close();
  });
  expect(said.split("\n").slice(0, 3)).toEqual([
    "Applying: 53 actions, about 5,000,000 rows, 780 MB (run r)",
    "shop: started, 53 actions, about 5,000,000 rows, 780 MB",
    "media: started, 1 object, 5 B",
  ]);

  const { state } = run();
  state.take(started);
  expect(progressLine(state.snapshot())).toContain("0 of 53 actions; 0 B of 780 MB");
});

test("a key in a problem is escaped once, as everywhere", async () => {
  const said = await textOf((out) => {
    const progress = makeProgress({ mode: "plain", messages: new Messages(out, "info", PLAIN), json: undefined, flush: () => {}, columns: 80 });
    progress.emit({ type: "itemProblem", sync: "media", key: "d\nir/f", fate: "refused", code: "KEY_CLASH", message: "no", hint: undefined });
    progress.close();
  });
  expect(said).toContain(String.raw`media: refused: d\x0air/f: no`);
});
