import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../../src/core/byte-order.ts";
import { mergeJoin } from "../../../src/objects/listing/merge-join.ts";
import { ListingOutOfOrderError } from "../../../src/objects/listing/out-of-order.ts";

interface Item {
  readonly key: string;
}

const key = fc.string({ unit: fc.constantFrom("a", "b", "/", "\ue000", "\u{1f600}"), maxLength: 4 });
const keys = fc.uniqueArray(key, { maxLength: 30 });

test("the join is the set difference, however the listings are paged", async () => {
  await fc.assert(
    fc.asyncProperty(
      keys,
      keys,
      keys,
      fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }).filter((sizes) => sizes.some((size) => size > 0)),
      async (left, right, known, sizes) => {
        const joined = await collect(mergeJoin(pages(left, sizes), pages(right, sizes.toReversed()), pages(known, sizes)));
        const wanted = [...new Set([...left, ...right])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(joined).toEqual(wanted.map((k) => [k, left.includes(k), right.includes(k), known.includes(k)]));
      },
    ),
    { numRuns: 300 },
  );
});

test("no page is empty", async () => {
  for await (const page of mergeJoin(pages(["a", "b"], [1, 0, 0]), pages([], [1]), pages(["a"], [0, 1]))) expect(page.length).toBeGreaterThan(0);
});

test.each([
  ["source", ["b", "a"], [], []],
  ["destination", ["a"], ["c", "c"], []],
  ["state", ["a", "z"], [], ["c", "b"]],
  ["state", ["c", "z"], [], ["c", "b"]],
  ["source", ["a", "c", "b"], ["a", "c", "d"], []],
  ["destination", ["a", "c", "d"], ["a", "c", "b"], []],
  ["source", ["a", "a"], ["a", "b"], []],
])("a %s that goes backwards or repeats itself is refused", async (side, left, right, known) => {
  const error = await collect(mergeJoin(asListed(left), asListed(right), asListed(known))).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ListingOutOfOrderError);
  expect(error).toMatchObject({ code: "LISTING_OUT_OF_ORDER", side });
});

test("whatever goes backwards is seen", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(key, { maxLength: 6 }), fc.array(key, { maxLength: 6 }), async (left, right) => {
      const ascends = (side: readonly string[]) => side.every((k, i) => i === 0 || compareKeys(side[i - 1] ?? "", k) < 0);
      const culprit = await collect(mergeJoin(asListed(left), asListed(right))).then(
        () => "nobody",
        (error: unknown) => (error instanceof ListingOutOfOrderError ? error.side : "?"),
      );
      if (ascends(left) && ascends(right)) expect(culprit).toBe("nobody");
      else expect([ascends(left) ? "" : "source", ascends(right) ? "" : "destination"]).toContain(culprit);
    }),
    { numRuns: 1000 },
  );
});

test("disorder is seen across pages, and after the first entry of a page", async () => {
  async function* across() {
    yield [{ key: "b" }];
    yield [{ key: "a" }];
  }
  await expect(collect(mergeJoin(across(), pages([], [1])))).rejects.toMatchObject({ code: "LISTING_OUT_OF_ORDER" });
});

test("the empty key may come first, once", async () => {
  expect(await collect(mergeJoin(asListed(["", "a"]), asListed([""])))).toEqual([
    ["", true, true, false],
    ["a", true, false, false],
  ]);
  await expect(collect(mergeJoin(asListed(["", ""]), asListed([])))).rejects.toMatchObject({ code: "LISTING_OUT_OF_ORDER" });
});

test("both sides are asked before either has answered, and a page ahead", async () => {
  const asked: string[] = [];
  const gate = Promise.withResolvers<void>();
  async function* side(name: string) {
    for (let i = 0; i < 3; i++) {
      asked.push(`${name}${i}`);
      await gate.promise;
      yield [{ key: `k${i}` }];
    }
  }
  const joined = mergeJoin(side("l"), side("r"));
  const first = joined.next();
  expect(asked).toEqual(["l0", "r0"]);
  gate.resolve();
  await first;
  expect(asked).toEqual(["l0", "r0", "l1", "r1"]);
  await joined.return();
});

test.each(["leaving early", "an error of the other side"])("all sides are closed after %s", async (why) => {
  const closed: string[] = [];
  async function* side(name: string) {
    try {
      for (let i = 0; ; i++) {
        if (name === "right" && why !== "leaving early" && i === 2) throw new Error("gone");
        yield [{ key: String(i) }];
      }
    } finally {
      closed.push(name);
    }
  }
  const run = async () => {
    for await (const _ of mergeJoin(side("left"), side("right"), side("state"))) if (why === "leaving early") break;
  };
  if (why === "leaving early") await run();
  else await expect(run()).rejects.toThrow("gone");
  expect(closed.sort()).toEqual(["left", "right", "state"]);
});

async function* pages(unsorted: readonly string[], sizes: readonly number[]): AsyncGenerator<readonly Item[]> {
  const sorted = unsorted.toSorted(compareKeys).map((k) => ({ key: k }));
  for (let at = 0, turn = 0; at < sorted.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield sorted.slice(at, at + size);
    at += size;
  }
}

async function* asListed(listed: readonly string[]): AsyncGenerator<readonly Item[]> {
  yield listed.map((k) => ({ key: k }));
}

async function collect(pairs: ReturnType<typeof mergeJoin<Item, Item, Item>>) {
  const out: [string, boolean, boolean, boolean][] = [];
  for await (const page of pairs) {
    for (const { left, right, record } of page) out.push([(left ?? right)?.key ?? "none", left !== undefined, right !== undefined, record !== undefined]);
  }
  return out;
}
