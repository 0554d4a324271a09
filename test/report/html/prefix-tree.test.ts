import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys } from "../../../src/core/byte-order.ts";
import type { TreeNode } from "../../../src/report/html/page-data.ts";
import { PrefixTree } from "../../../src/report/html/prefix-tree.ts";

function treeOf(keys: readonly string[]): readonly TreeNode[] {
  const tree = new PrefixTree();
  for (const [at, key] of keys.entries()) tree.add(key, at % 2 === 0 ? "copy" : "delete", at + 1);
  return tree.finish();
}

const count = (nodes: readonly TreeNode[]): number => nodes.reduce((sum, { children = [] }) => sum + 1 + count(children), 0);
const items = (nodes: readonly TreeNode[]) => nodes.reduce((sum, { amounts }) => sum + Object.values(amounts).reduce((of, amount) => of + amount.items, 0), 0);

test("sums up by prefix, the largest first; a prefix alone in another is told with it", () => {
  expect(treeOf(["a/b/1", "a/b/2", "a/c/3", "top"])).toEqual(
    [
      { name: "objects here", amounts: { delete: { items: 1, bytes: 4 } } },
      {
        name: "a/",
        amounts: { copy: { items: 2, bytes: 4 }, delete: { items: 1, bytes: 2 } },
        children: [
          { name: "b/", amounts: { copy: { items: 1, bytes: 1 }, delete: { items: 1, bytes: 2 } } },
          { name: "c/", amounts: { copy: { items: 1, bytes: 3 } } },
        ],
      },
    ].toSorted((a, b) => (a.name === "a/" ? -1 : b.name === "a/" ? 1 : 0)),
  );
  expect(treeOf(["x/y/z/1"])).toEqual([{ name: "x/y/z/", amounts: { copy: { items: 1, bytes: 1 } } }]);
  expect(treeOf(["1", "2"])).toEqual([{ name: "all objects", amounts: { copy: { items: 1, bytes: 1 }, delete: { items: 1, bytes: 2 } } }]);
  expect(treeOf([])).toEqual([]);
});

test("counts every key once at each level, whatever the keys are, also out of order", () => {
  const key = fc.array(fc.constantFrom("a", "b", "", "..", "x y"), { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), fc.boolean(), (keys, sorted) => {
      const nodes = treeOf(sorted ? keys.toSorted(compareKeys) : keys);
      const check = (node: TreeNode) => {
        if (node.children === undefined) return;
        expect(items(node.children)).toBe(items([node]));
        node.children.forEach(check);
      };
      expect(items(nodes)).toBe(keys.length);
      if (sorted) nodes.forEach(check);
    }),
  );
});

test("keeps no more prefixes where there are many more keys", () => {
  const keys = (folders: number) =>
    Array.from({ length: folders }, (_, at) => Array.from({ length: 30 }, (__, n) => `f${String(at).padStart(6, "0")}/${n}/${n % 7}/k`)).flat();
  const few = count(treeOf(keys(300)));
  expect(count(treeOf(keys(3000)))).toBeLessThanOrEqual(few + 1);
  expect(items(treeOf(keys(3000)))).toBe(90_000);
});
