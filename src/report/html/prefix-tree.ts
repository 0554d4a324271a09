import type { Amounts, TreeNode } from "./page-data.ts";

/** Prefixes that are kept beneath one, by how deep they are: the picture has no room for more, nor the memory. */
const KEPT = [24, 12, 12, 4];
/** No prefix is called so: prefixes end with a slash. */
const REST = "others";
const HERE = "objects here";

interface Totals {
  items: number;
  bytes: number;
}

/** A prefix while it is added to. */
interface Folder {
  readonly name: string;
  /** Of what lies directly beneath it. */
  readonly own: Map<string, Totals>;
  readonly children: Map<string, Closed>;
}

/** A prefix that was left. */
interface Closed {
  readonly name: string;
  readonly totals: Map<string, Totals>;
  readonly children: Closed[];
  bytes: number;
  items: number;
}

/**
 * Sums up keys by their prefixes, up to four deep. Takes keys in order, and keeps of each prefix only
 * the largest beneath it: memory does not grow with the keys. Keys out of order only cost exactness.
 */
export class PrefixTree {
  readonly #open: Folder[] = [newFolder("")];

  add(key: string, kind: string, bytes: number): void {
    const folders = prefixesOf(key);
    let depth = 1;
    while (depth < this.#open.length && depth <= folders.length && this.#open[depth]?.name === folders[depth - 1]) depth += 1;
    while (this.#open.length > depth) this.#leave();
    for (const name of folders.slice(depth - 1)) this.#open.push(newFolder(name));
    count(this.#deepest().own, kind, 1, bytes);
  }

  /** @returns prefixes, the largest first */
  finish(): readonly TreeNode[] {
    while (this.#open.length > 1) this.#leave();
    const root = this.#deepest();
    return ordered(close(root, 0)).map(toNode);
  }

  #leave(): void {
    const closed = close(this.#open.pop() ?? newFolder(""), this.#open.length);
    const parent = this.#deepest();
    const known = parent.children.get(closed.name);
    parent.children.set(closed.name, known === undefined ? closed : merge(known, closed));
    const most = KEPT[this.#open.length - 1] ?? 0;
    // Seldom: each time sorts what there is.
    if (parent.children.size > 2 * most) prune(parent.children, most);
  }

  #deepest(): Folder {
    const folder = this.#open.at(-1);
    if (folder === undefined) throw new Error("the root is never left");
    return folder;
  }
}

/** The prefixes of several syncs, each beneath its name; of a single one as they are. */
export function finishTrees(trees: ReadonlyMap<string, PrefixTree>): readonly TreeNode[] {
  return [...trees].flatMap(([sync, tree]) => {
    const nodes = tree.finish();
    return trees.size === 1 || nodes.length === 0 ? nodes : [{ name: `${sync}: `, amounts: sum(nodes), children: nodes }];
  });
}

function sum(nodes: readonly TreeNode[]): Amounts {
  const totals = new Map<string, Totals>();
  for (const { amounts } of nodes) for (const [kind, { items, bytes }] of Object.entries(amounts)) count(totals, kind, items, bytes);
  return Object.fromEntries(totals);
}

function prefixesOf(key: string): string[] {
  const folders: string[] = [];
  for (let from = 0; folders.length < KEPT.length;) {
    const slash = key.indexOf("/", from);
    if (slash === -1) break;
    folders.push(key.slice(from, slash + 1));
    from = slash + 1;
  }
  return folders;
}

function newFolder(name: string): Folder {
  return { name, own: new Map(), children: new Map() };
}

function count(totals: Map<string, Totals>, kind: string, items: number, bytes: number): void {
  const known = totals.get(kind);
  if (known === undefined) {
    totals.set(kind, { items, bytes });
  } else {
    known.items += items;
    known.bytes += bytes;
  }
}

/** @param depth 0 for the root */
function close(folder: Folder, depth: number): Closed {
  prune(folder.children, KEPT[depth] ?? 0);
  const children = [...folder.children.values()];
  const totals = new Map([...folder.own].map(([kind, total]) => [kind, { ...total }]));
  for (const child of children) addAll(totals, child.totals);
  if (children.length > 0 && folder.own.size > 0) children.push(sealed(HERE, folder.own, []));
  return sealed(folder.name, totals, children);
}

function sealed(name: string, totals: Map<string, Totals>, children: Closed[]): Closed {
  let bytes = 0;
  let items = 0;
  for (const total of totals.values()) {
    bytes += total.bytes;
    items += total.items;
  }
  return { name, totals, children, bytes, items };
}

function addAll(to: Map<string, Totals>, from: ReadonlyMap<string, Totals>): void {
  for (const [kind, { items, bytes }] of from) count(to, kind, items, bytes);
}

/** Of keys out of order: a prefix that was left is entered again. */
function merge(a: Closed, b: Closed): Closed {
  const totals = new Map<string, Totals>();
  addAll(totals, a.totals);
  addAll(totals, b.totals);
  if (a.children.length + b.children.length === 0) return sealed(a.name, totals, []);
  const children = new Map<string, Closed>();
  for (const child of [...partsOf(a), ...partsOf(b)]) {
    const known = children.get(child.name);
    children.set(child.name, known === undefined ? child : merge(known, child));
  }
  prune(children, KEPT[1] ?? 0);
  return sealed(a.name, totals, [...children.values()]);
}

function partsOf(closed: Closed): readonly Closed[] {
  return closed.children.length > 0 ? closed.children : [sealed(HERE, closed.totals, [])];
}

/** Puts the smallest together. */
function prune(children: Map<string, Closed>, most: number): void {
  if (children.size <= most + 1) return;
  const rest = children.get(REST);
  const sorted = [...children.values()].filter((child) => child !== rest).toSorted(bySize);
  const totals = new Map<string, Totals>();
  if (rest !== undefined) addAll(totals, rest.totals);
  for (const { name, totals: gone } of sorted.slice(most)) {
    addAll(totals, gone);
    children.delete(name);
  }
  children.set(REST, sealed(REST, totals, []));
}

function bySize(a: Closed, b: Closed): number {
  return b.bytes - a.bytes || b.items - a.items;
}

function ordered(root: Closed): Closed[] {
  if (root.children.length === 0) return root.items === 0 ? [] : [{ ...root, name: "all objects" }];
  return root.children.toSorted(bySize);
}

/** A prefix that holds all of its parent's is told in one name with it. */
function toNode(closed: Closed): TreeNode {
  const [only, ...others] = closed.children;
  if (only !== undefined && others.length === 0) {
    const inner = toNode(only);
    return { ...inner, name: closed.name + inner.name };
  }
  const children = closed.children.toSorted(bySize).map(toNode);
  return {
    name: closed.name,
    amounts: Object.fromEntries([...closed.totals].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ...(children.length > 0 && { children }),
  };
}
