import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { PLAIN } from "../../src/report/paint.ts";
import type { ControlRequest } from "../../src/state/state-store.ts";
import { ApplyKeys } from "../../src/ui/apply-keys.ts";
import { ApplyProgress } from "../../src/ui/apply-progress.ts";
import { drawApply } from "../../src/ui/apply-view.ts";
import { makeTheme } from "../../src/ui/theme.ts";

const theme = makeTheme(PLAIN);

/** Two syncs, a clock that stands until it is set, and keys whose requests are kept. */
function make() {
  const clock = { ms: 0 };
  const syncs = [
    { name: "media", isDatabase: false, items: 100, bytes: 1_000_000 },
    { name: "shop", isDatabase: true, items: 10, bytes: 5000 },
  ];
  const progress = new ApplyProgress({ plan: "nightly", syncs, now: () => clock.ms });
  const asked: ControlRequest[] = [];
  let interrupts = 0;
  const keys = new ApplyKeys({
    progress,
    hasKeys: true,
    request: async (_run, control) => void asked.push(control),
    onInterrupt: () => (interrupts += 1),
    redraw: () => {},
  });
  const draw = (columns = 100, rows = 30) => drawApply(progress, keys.shown, { columns, rows }, theme);
  progress.take({ type: "runStarted", run: "3f2a0000-1", planId: "p", resumed: false, items: 110, bytes: 1_005_000 });
  return { clock, progress, keys, asked, interrupts: () => interrupts, draw };
}

function begin(progress: ApplyProgress, sync = "media", items = 100, bytes = 1_000_000): void {
  progress.take({ type: "syncStarted", sync, items, bytes });
}

test("how far it is, how fast, and how long it takes", () => {
  const { clock, progress, draw } = make();
  begin(progress);
  expect(draw().join("\n")).toMatch(/media ░+ +0% +0 of 100\n[^]*shop +waiting/);
  clock.ms = 2000;
  progress.take({ type: "progress", sync: "media", items: 20, bytes: 200_000, failed: 0 });
  expect(draw().join("\n")).toMatch(/media █{8}░{32} +20% +20 of 100\n +200 kB of 1 MB {2}10\/s {2}100 kB\/s {2}8 s left/);
  // Nothing comes any more: it does not go on with a rate that was.
  clock.ms = 60_000;
  expect(draw().join("\n")).not.toContain("left");
});

test("a bar ends full when all is done, and with a mark when something failed", () => {
  const { progress, draw } = make();
  begin(progress);
  progress.take({ type: "progress", sync: "media", items: 100, bytes: 900_000, failed: 3 });
  progress.take({ type: "syncFinished", sync: "media" });
  begin(progress, "shop", 10, 5000);
  expect(draw().join("\n")).toMatch(/! media █+ +100% +100 of 100 +3 with problems/);
});

test("large items count as they move, and what moves twice is not more than there is", () => {
  const { clock, progress, draw } = make();
  begin(progress);
  clock.ms = 1000;
  progress.take({ type: "transferred", key: "a", bytes: 500_000 });
  expect(draw().join("\n")).toContain("500 kB of 1 MB");
  progress.take({ type: "transferred", key: "a", bytes: 5_000_000 });
  expect(draw().join("\n")).toContain("1 MB of 1 MB");
});

test("of a run that goes on, what an earlier one did is neither done nor to do", () => {
  const { progress, draw } = make();
  progress.take({ type: "syncStarted", sync: "media", items: 100, bytes: 1_000_000, doneItems: 60 });
  expect(draw().join("\n")).toContain("0 of 40");
});

test("what is in flight, of all threads, the largest first; nothing of a sync that has ended", () => {
  const { progress, draw } = make();
  begin(progress);
  const item = (key: string, bytes: number, done = 0) => ({ key, bytes, done, sinceMs: 65_000 });
  progress.take({ type: "inFlight", sync: "media", part: 0, count: 7, items: [item("small", 10), item("b/middle", 2000)] });
  progress.take({ type: "inFlight", sync: "media", part: 1, count: 5, items: [item("large\u001b[2J", 9_000_000, 3_000_000), item("tiny", 1)] });
  const lines = draw();
  const at = lines.findIndex((line) => line.includes("12 in flight, the largest:"));
  expect(lines.slice(at + 1, at + 4).map((line) => line.trim())).toEqual(["large\\x1b[2J  3 MB of 9 MB  1:05", "b/middle  2 kB  1:05", "small  10 B  1:05"]);
  progress.take({ type: "syncFinished", sync: "media" });
  expect(draw().join("\n")).not.toContain("in flight,");
});

test("phases of a database, in their order, with those that were left out", () => {
  const { progress, draw } = make();
  begin(progress, "shop", 10, 5000);
  for (const phase of ["accounts", "schema", "rows"]) progress.take({ type: "phase", sync: "shop", phase });
  expect(draw().join("\n")).toContain("accounts ✓  schema ✓  rows and indexes …  constraints  finish");
});

test("flow, retries, problems and why it ends", () => {
  const { progress, draw } = make();
  begin(progress);
  progress.take({ type: "flow", sync: "media", limit: 50_000_000, until: undefined });
  progress.take({ type: "retry", key: "k", attempt: 2, code: "SLOW_DOWN", delayMs: 10 });
  progress.take({ type: "progress", sync: "media", items: 20, bytes: 1, failed: 2 });
  const text = draw().join("\n");
  expect(text).toContain("At most 50 MB/s");
  expect(text).toContain("2 with problems, 1 tried again");
  const until = new Date();
  until.setHours(23, 59, 0, 0);
  progress.take({ type: "flow", sync: "media", limit: "pause", until: until.getTime() });
  expect(draw().join("\n")).toContain("Paused by its flow until 23:59");
  progress.take({ type: "stopping", reason: "Stopping: wait." });
  expect(draw().join("\n")).toContain("Stopping: wait.");
});

describe("whatever its size, a frame fits, and the sync at work is in it", () => {
  test.each([40, 57, 60, 80, 100, 300])("%i columns", (columns) => {
    const { clock, progress, keys, draw } = make();
    begin(progress);
    const key = `${"\u{1f468}‍\u{1f469}‍\u{1f467}".repeat(100)}\u202e`;
    progress.take({
      type: "inFlight",
      sync: "media",
      part: 0,
      count: 100,
      items: Array.from({ length: 8 }, () => ({ key, bytes: 5e9, done: 1e9, sinceMs: 1e7 })),
    });
    progress.take({ type: "flow", sync: "media", limit: 1000, until: Date.now() + 1e8 });
    for (let at = 0; at < 10; at += 1) progress.take({ type: "retry", key, attempt: at, code: "SLOW_DOWN", delayMs: 1 });
    progress.take({ type: "stopping", reason: "x".repeat(500) });
    clock.ms = 90_000_000;
    for (const pressed of ["", "d", "r", "escape", "?"]) {
      if (pressed !== "") keys.press(pressed);
      for (const rows of [1, 2, 3, 5, 9, 40]) {
        const lines = draw(columns, rows);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        if (pressed !== "?") expect(lines.join("\n")).toContain("media");
      }
    }
  });
});

describe("keys ask the run, and change nothing by themselves", () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const PAUSED = { windows: [], outside: "pause" };

  test("p pauses all that is left, and goes on with what held before", async () => {
    const { progress, keys, asked } = make();
    begin(progress);
    keys.press("p");
    keys.press("p");
    for (const key of [..."r20MB/s", "enter"]) keys.press(key);
    keys.press("p");
    // No second name of `p`: a stray one must not hold back a run.
    keys.press(" ");
    keys.press("p");
    await settled();
    const fast = { windows: [], outside: 20_000_000 };
    for (const sync of ["media", "shop"]) {
      expect(asked.filter((each) => typeof each === "object" && each.sync === sync)).toEqual(
        [PAUSED, undefined, fast, PAUSED, fast].map((flow) => ({ sync, flow })),
      );
    }
  });

  test("p where the plan itself pauses lets it go on", async () => {
    const { progress, keys, asked } = make();
    begin(progress);
    progress.take({ type: "flow", sync: "media", limit: "pause", until: undefined });
    keys.press("p");
    await settled();
    expect(asked[0]).toEqual({ sync: "media", flow: { windows: [], outside: "unlimited" } });
  });

  test("a rate that is set while p pauses holds once p goes on", async () => {
    const { progress, keys, asked, draw } = make();
    begin(progress);
    keys.press("p");
    for (const key of [..."r20MB/s", "enter"]) keys.press(key);
    await settled();
    expect(asked).toEqual([
      { sync: "media", flow: PAUSED },
      { sync: "shop", flow: PAUSED },
    ]);
    expect(draw().join("\n")).toContain("once p lets it go on");
    keys.press("p");
    await settled();
    expect(asked[2]).toEqual({ sync: "media", flow: { windows: [], outside: 20_000_000 } });
  });

  test("a rate that takes the place of the plan's own pause says that it goes on", async () => {
    const { progress, keys, asked, draw } = make();
    begin(progress);
    progress.take({ type: "flow", sync: "media", limit: "pause", until: undefined });
    for (const key of [..."r20MB/s", "enter"]) keys.press(key);
    await settled();
    expect(asked[0]).toEqual({ sync: "media", flow: { windows: [], outside: 20_000_000 } });
    expect(draw().join("\n")).toContain("going on: at most 20 MB/s");
  });

  test("+ and - go from where it is; a gives it back to the plan", async () => {
    const { progress, keys, asked } = make();
    begin(progress);
    progress.take({ type: "slots", limit: 20 });
    for (const key of ["+", "-", "a", "-"]) keys.press(key);
    await settled();
    expect(asked.filter((each) => typeof each === "object" && each.sync === "media")).toEqual(
      [30, 20, undefined, 13].map((concurrency) => ({ sync: "media", concurrency })),
    );
  });

  test("a rate that is none is said, asks for nothing, and is mended where it stands", async () => {
    const { progress, keys, asked, interrupts, draw } = make();
    begin(progress);
    for (const key of [..."r", ..."a lot", "enter"]) keys.press(key);
    await settled();
    expect(asked).toEqual([]);
    for (const rows of [5, 30]) expect(draw(40, rows).join("\n")).toMatch(/a lot is no rate[^]*> a lot▏/);
    // None of these is a key of the screen.
    for (const key of " pqd") keys.press(key);
    expect([asked, interrupts()]).toEqual([[], 0]);
    expect(draw().join("\n")).toMatch(/Rate of what is left[^]*> a lot pqd▏/);
    keys.press("enter");
    keys.press("ctrl-u");
    for (const key of [..."1MB/s", "enter"]) keys.press(key);
    await settled();
    expect(asked[0]).toEqual({ sync: "media", flow: { windows: [], outside: 1_000_000 } });
    for (const key of [..."rno", "enter", "escape"]) keys.press(key);
    expect(draw().join("\n")).not.toMatch(/is no rate|▏/);
  });

  test("the help is scrolled where it is taller than the window", () => {
    const { progress, keys, draw } = make();
    begin(progress);
    keys.press("?");
    const whole = draw(40, 30);
    expect(whole.at(-1)).not.toContain("more lines");
    const first = draw(40, 9);
    expect(first).toHaveLength(9);
    expect(first.at(-1)).toMatch(/\? back .* \d+ more lines$/);
    expect(Math.max(...first.map((line) => stringWidth(line)))).toBeLessThanOrEqual(40);
    keys.press("down");
    expect(draw(40, 9)[0]).toBe(whole[1]);
    keys.press("end");
    expect(draw(40, 9).join("\n")).toMatch(/this help\n +↑↓ scroll {2}\? back {2}q stop$/);
    keys.press("pageUp");
    expect(draw(40, 9).at(-1)).toContain("more lines");
    keys.press("escape");
    expect(draw(40, 9).join("\n")).toContain("? help");
  });

  test("q stops, then cuts off, and never more", () => {
    const { keys, interrupts } = make();
    for (let at = 0; at < 5; at += 1) keys.press("q");
    expect(interrupts()).toBe(2);
  });

  test("what is asked before the run began, and a state that refuses, break nothing", async () => {
    const progress = new ApplyProgress({ plan: "p", syncs: [{ name: "s", isDatabase: false, items: 1, bytes: 1 }] });
    const { promise: redrawn, resolve } = Promise.withResolvers<void>();
    let isRefused = false;
    const keys = new ApplyKeys({
      progress,
      hasKeys: true,
      request: async () => {
        isRefused = true;
        throw new Error("the disk is full");
      },
      onInterrupt: () => {},
      redraw: () => isRefused && keys.shown.said?.includes("the disk is full") && resolve(),
    });
    keys.press("p");
    progress.take({ type: "runStarted", run: "r", planId: "p", resumed: false, items: 1, bytes: 1 });
    keys.press("p");
    await redrawn;
  });
});
