import { type KeyTree, keyTrees } from "./generated/validate.js";
import { nodeAt, type Path, type PlanNode } from "./node.ts";

/** The keys that there are at a path of the file. */
export function keysAt(tree: KeyTree, root: PlanNode, path: Path): KeyTree | undefined {
  let at: KeyTree | undefined = tree;
  for (let length = 0; length < path.length; length++) {
    at = variantOf(at, root, path.slice(0, length));
    const step = String(path[length]);
    at = at?.keys !== undefined && Object.hasOwn(at.keys, step) ? at.keys[step] : at?.any;
  }
  return at?.variants !== undefined && nodeAt(root, path)?.kind === "map" ? (variantOf(at, root, path) ?? at) : at;
}

function variantOf(tree: KeyTree | undefined, root: PlanNode, path: Path): KeyTree | undefined {
  if (tree?.variants === undefined) return tree;
  const type = nodeAt(root, [...path, "type"]);
  const name = type?.kind === "scalar" ? String(type.value) : "";
  return Object.hasOwn(tree.variants, name) ? tree.variants[name] : undefined;
}

/** Which kind of thing has a key that stands in a thing of another kind. */
export function ownerOf(key: string): string | undefined {
  const owners: readonly (readonly [string, KeyTree | undefined])[] = [
    ["object syncs", keyTrees.objectSync],
    ["database syncs", keyTrees.postgresSync],
    ...Object.entries(keyTrees.plan.keys?.["locations"]?.any?.variants ?? {}).map(([type, tree]) => [`${type} locations`, tree] as const),
    ["the plan itself", keyTrees.plan],
  ];
  const names = owners.filter(([, tree]) => tree?.keys !== undefined && Object.hasOwn(tree.keys, key)).map(([name]) => name);
  return names.length === 0 ? undefined : names.join(" and of ");
}
