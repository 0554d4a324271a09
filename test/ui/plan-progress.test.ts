import { expect, test } from "vitest";
import { PLAIN } from "../../src/report/paint.ts";
import { PlanProgress } from "../../src/ui/plan-progress.ts";
import { makeTheme } from "../../src/ui/theme.ts";
import { widthOf } from "../../src/ui/text.ts";

const THEME = makeTheme(PLAIN);

function progress() {
  let now = 0;
  const state = new PlanProgress(() => now);
  return { state, at: (ms: number) => (now = ms), lines: (columns = 100, rows = 20) => state.draw({ columns, rows }, THEME) };
}

test("nothing before the plan is known, then syncs with what was listed and how fast", () => {
  const { state, at, lines } = progress();
  expect(lines()).toEqual([]);
  state.take({ type: "planStarted", plan: "nightly", syncs: ["media", "docs"] });
  state.take({ type: "syncListing", sync: "media" });
  for (let ms = 1000; ms <= 4000; ms += 1000) {
    at(ms);
    state.take({ type: "listed", sync: "media", source: ms * 2, destination: ms });
  }
  expect(lines()).toEqual(["Planning nightly  0:04  0 of 2 syncs", "⠋ media  8,000 at the source, 4,000 at the destination  3,000/s", "  docs "]);
  state.take({ type: "syncPlanned", sync: "media" });
  expect(lines()[1]).toBe("✓ media  8,000 at the source, 4,000 at the destination");
});

test("of a database it says what is being read", () => {
  const { state, lines } = progress();
  state.take({ type: "planStarted", plan: "shop", syncs: ["shop"] });
  state.take({ type: "syncListing", sync: "shop" });
  state.take({ type: "reading", sync: "shop", what: "definitions of both databases" });
  expect(lines()[1]).toBe("⠋ shop  reading definitions of both databases");
});

test("many syncs, long and hostile names, 40 columns and 10 rows: what goes on is seen, and all fits", () => {
  const { state, lines } = progress();
  const syncs = Array.from({ length: 200 }, (_, at) => `sync-${at}-\u001b[2J${"写".repeat(30)}`);
  state.take({ type: "planStarted", plan: "nightly".repeat(20), syncs });
  for (const sync of syncs.slice(0, 150)) {
    state.take({ type: "syncListing", sync });
    state.take({ type: "listed", sync, source: 123_456_789, destination: 123_456_789 });
    state.take({ type: "syncPlanned", sync });
  }
  state.take({ type: "syncListing", sync: syncs[150] ?? "" });
  const shown = lines(40, 9);
  expect(shown.length).toBeLessThanOrEqual(9);
  for (const line of shown) expect(widthOf(line)).toBeLessThanOrEqual(40);
  expect(shown.join("\n")).not.toContain("\u001b");
  expect(shown.some((line) => /^[⠋⠙] sync-1/.test(line))).toBe(true);
});
