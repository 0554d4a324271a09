import { expect, test } from "vitest";
import { PLAIN } from "../../src/report/paint.ts";
import { isListed, itemJson, runSummaryJson, showRun } from "../../src/report/run-view.ts";
import { runItems, type RunRecord } from "../../src/report/run-items.ts";
import { runMarkdown } from "../../src/report/run-markdown.ts";
import { changesetOf, HOSTILE_KEYS, textOf } from "./changeset-fixture.ts";
import { recordOf } from "./run-fixture.ts";

const counts = (applied: number, failed: number) => ({ media: { applied, stale: 0, failed, refused: 0, cancelled: 0, inDoubt: 0 } });

async function outcomesOf(record: RunRecord): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const { key, outcome } of runItems(record)) seen.push(`${key} ${outcome}`);
  return seen;
}

test("an item is applied, tells why not, or was not reached; what an earlier run applied is no part of it", async () => {
  using changeset = await changesetOf([{ name: "media", actions: ["a", "b", "c", "d", "e"].map((key) => ({ key })) }]);
  const record = recordOf({ changeset, applied: [[2, 4], [1]], problems: [{ seq: 3, key: "c", outcome: "stale" }] });
  expect(await outcomesOf(record)).toEqual(["b applied", "c stale", "d applied", "e notReached"]);
  expect(await outcomesOf({ ...record, changeset: undefined })).toEqual(["c stale"]);
});

test("numbers follow the names of the syncs, whatever their order in the plan", async () => {
  using changeset = await changesetOf([
    { name: "z", actions: [{ key: "z1" }, { key: "z2" }] },
    { name: "a", actions: [{ key: "a1" }] },
  ]);
  const record = recordOf({ changeset, applied: [[1, 3]], problems: [{ seq: 2, sync: "z", key: "z1" }] });
  expect(await outcomesOf(record)).toEqual(["a1 applied", "z1 failed", "z2 applied"]);
});

test("its three lists are what was planned, applied, and not applied for whatever reason", async () => {
  using changeset = await changesetOf([{ name: "media", actions: ["a", "b", "c"].map((key) => ({ key })) }]);
  const record = recordOf({ changeset, applied: [[1]], problems: [{ seq: 2, key: "b" }] });
  const lists = { planned: [] as string[], applied: [] as string[], unapplied: [] as string[] };
  for await (const item of runItems(record))
    for (const list of ["planned", "applied", "unapplied"] as const) if (isListed(item, list)) lists[list].push(item.key);
  expect(lists).toEqual({ planned: ["a", "b", "c"], applied: ["a"], unapplied: ["b", "c"] });
});

test("a run as text says what it came to, then why not, then some of what was done", async () => {
  using changeset = await changesetOf([{ name: "media", actions: ["a", "b", "c"].map((key) => ({ key, bytes: 450 })) }]);
  const record = recordOf({ changeset, applied: [[1, 3]], problems: [{ seq: 2, key: "b" }], run: { items: 3, counts: counts(2, 1) } });
  expect(await textOf((out) => showRun(record, out, PLAIN))).toMatchInlineSnapshot(`
    "nightly  run run-1  applied in part
      started 2026-01-01T21:00:00.000Z, took 4 s
      by ci on runner, process 7
      plan ID sha256:p
      media: 2 applied, 1 failed

    Planned      3 items, 1 kB
    Applied      2 items, 900 B
      + copy  media: a  450 B
      + copy  media: c  450 B
    Not applied  1 item: 1 failed
      failed  media: copy b
        The store said no. [STORE_REFUSED]
        Ask it again.
    "
  `);
  const without = await textOf((out) => showRun({ ...record, changeset: undefined }, out, PLAIN));
  expect(without).toContain("by name only with the changeset of this run: --changeset FILE");
  expect(without).toContain("failed  media: copy b");
});

test("a run as JSON: each item once with its outcome, then the counts", async () => {
  using changeset = await changesetOf([{ name: "media", actions: ["a", "b"].map((key) => ({ key, bytes: 5 })) }]);
  const record = recordOf({ changeset, applied: [[1]], problems: [{ seq: 2, key: "b" }], run: { items: 2, counts: counts(1, 1) } });
  const lines = [];
  for await (const item of runItems(record)) lines.push(itemJson("run-1", item));
  expect(lines).toEqual([
    { type: "item", run: "run-1", seq: 1, sync: "media", action: "copy", key: "a", bytes: 5, outcome: "applied", reason: "absent" },
    {
      type: "item",
      run: "run-1",
      seq: 2,
      sync: "media",
      action: "copy",
      key: "b",
      bytes: 5,
      outcome: "failed",
      reason: "absent",
      code: "STORE_REFUSED",
      message: "The store said no.",
      hint: "Ask it again.",
      startedAt: "2026-01-01T21:00:01.000Z",
      finishedAt: "2026-01-01T21:00:02.000Z",
    },
  ]);
  expect(runSummaryJson(record)).toMatchObject({
    command: "report",
    named: "all",
    lists: { planned: { items: 2, bytes: 1000 }, applied: { items: 1, bytes: 900 }, unapplied: { items: 1 } },
    outcomes: { applied: 1, failed: 1, notReached: 0 },
  });
});

test("a run as markdown stays within its limit, and no key breaks out of its cell", async () => {
  const keys = Array.from({ length: 2000 }, (_, at) => `${HOSTILE_KEYS[at % HOSTILE_KEYS.length]}-${at}`);
  const problems = keys.map((key, at) => ({ seq: at + 1, key, message: key, code: "STORE_REFUSED" }));
  const record = recordOf({ changeset: undefined, applied: [[]], problems, run: { items: 2000, counts: counts(0, 2000) } });
  const text = await runMarkdown(record);
  expect(text.length).toBeLessThan(65_536);
  expect(text).toContain("more | |\n\n</details>");
  expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
  const lines = text.split("\n").filter((each) => each.startsWith("| failed"));
  for (const line of lines.map((each) => each.replaceAll(/(`+)(?!`).*?[^`]\1(?!`)|<code>.*?<\/code>/g, ""))) {
    expect(line.match(/\|/g)).toHaveLength(4);
    expect(line).not.toMatch(/<(?!!-- -->)/);
  }
});
