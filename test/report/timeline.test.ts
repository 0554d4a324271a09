import { expect, test } from "vitest";
import { courseOf } from "../../src/report/html/run-page.ts";
import { readSamples, Timeline, writeSamples } from "../../src/report/progress/timeline.ts";

function recorded(): { readonly timeline: Timeline; at(ms: number): void } {
  let now = 1000;
  const timeline = new Timeline(() => now);
  timeline.take({ type: "runStarted", run: "r", planId: "p", resumed: false, items: 10, bytes: 100 });
  return { timeline, at: (ms) => (now = 1000 + ms) };
}

test("remembers what was done, moved, tried again and went wrong, and when", () => {
  const { timeline, at } = recorded();
  at(400);
  timeline.take({ type: "progress", sync: "a", items: 2, bytes: 20, failed: 0 });
  at(450);
  timeline.take({ type: "itemProblem", sync: "a", key: "k", fate: "failed", code: "C", message: "", hint: undefined });
  timeline.take({ type: "progress", sync: "b", items: 1, bytes: 5, failed: 1 });
  at(900);
  timeline.take({ type: "retry", key: "k", attempt: 1, code: "C", delayMs: 5 });
  at(1500);
  timeline.take({ type: "transferred", bytes: 80 });
  const samples = timeline.samples();
  expect(samples).toEqual([
    { at: 0, items: 0, bytes: 0, problems: 0, retries: 0 },
    { at: 400, items: 2, bytes: 20, problems: 0, retries: 0 },
    { at: 900, items: 3, bytes: 25, problems: 1, retries: 1 },
    { at: 1500, items: 3, bytes: 80, problems: 1, retries: 1 },
  ]);
  expect(readSamples(writeSamples(samples))).toEqual(samples);
  expect(courseOf(samples)).toEqual({
    type: "course",
    id: "course",
    at: [400, 900, 1500],
    bytes: [50, 10, 92],
    items: [5, 2, 0],
    problems: [0, 1, 0],
    retries: [0, 1, 0],
  });
});

test("takes no more room in a long run, and still reaches its end", () => {
  const { timeline, at } = recorded();
  for (let second = 1; second <= 100_000; second += 1) {
    at(second * 1000);
    timeline.take({ type: "progress", sync: "a", items: second, bytes: second, failed: 0 });
  }
  const samples = timeline.samples();
  expect(samples.length).toBeLessThanOrEqual(201);
  expect(samples.length).toBeGreaterThan(90);
  expect(samples[0]).toMatchObject({ at: 0, items: 0 });
  expect(samples.at(-1)).toMatchObject({ at: 100_000_000, items: 100_000 });
});

test.each([undefined, "", "{", "null", '{"course":5}', '{"course":[[1,2]]}', '{"course":[["1",2,3,4,5]]}', '{"course":[[1,2,3,4,-5]]}'])(
  "reads nothing from %s",
  (text) => {
    expect(readSamples(text)).toEqual([]);
    expect(courseOf(readSamples(text))).toBeUndefined();
  },
);
