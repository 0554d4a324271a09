import type { Segment } from "./template.ts";
import type { Place } from "./source-text.ts";

/**
 * The plan file as a tree that knows where each value stands. Anchors are resolved (an aliased part
 * is the same object everywhere), merge keys are merged, variables are put in.
 */
export type PlanNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: "scalar";
  readonly place: Place;
  /** Changes once where a variable's text stands for a number or a truth value. */
  value: string | number | boolean | null;
  /** Before variables were put in: the only form that may be shown. */
  readonly written: string;
  /** Without quotes: YAML itself decided what type it is. */
  readonly plain: boolean;
  /** Present where it refers to variables. */
  readonly template: readonly Segment[] | undefined;
  /** What is wrong with it was said already. Its value is null, which no rule takes. */
  readonly broken: boolean;
}

export interface ListNode {
  readonly kind: "list";
  readonly place: Place;
  readonly items: PlanNode[];
}

export interface MapNode {
  readonly kind: "map";
  readonly place: Place;
  readonly entries: Map<string, MapEntry>;
  /** Keys that were taken out because something is wrong with them, which was said. */
  readonly taken: Set<string>;
}

export interface MapEntry {
  /** Where the key stands. */
  readonly key: Place;
  readonly value: PlanNode;
}

export type Path = readonly (string | number)[];

/** What the tree says, without where: for a schema to check. */
export function toPlain(node: PlanNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toPlain);
  const plain: Record<string, unknown> = {};
  for (const [key, { value }] of node.entries) {
    // An assignment to `__proto__` would set no property.
    Object.defineProperty(plain, key, { value: toPlain(value), enumerable: true, configurable: true, writable: true });
  }
  return plain;
}

/** The node at a path, or undefined where there is none. */
export function nodeAt(node: PlanNode | undefined, path: Path): PlanNode | undefined {
  let at = node;
  for (const step of path) {
    if (at?.kind === "map") at = at.entries.get(String(step))?.value;
    else if (at?.kind === "list") at = at.items[Number(step)];
    else return undefined;
  }
  return at;
}

/** Where the key of a path's last step stands; where that is an item of a list, where the item stands. */
export function keyPlace(node: PlanNode, path: Path): Place {
  const last = path.at(-1);
  const parent = nodeAt(node, path.slice(0, -1));
  if (last === undefined || parent === undefined) return node.place;
  if (parent.kind === "map") return parent.entries.get(String(last))?.key ?? parent.place;
  return nodeAt(parent, [last])?.place ?? parent.place;
}

/** Where the value at a path stands; where there is none, where the nearest thing around it does. */
export function valuePlace(node: PlanNode, path: Path): Place {
  for (let length = path.length; length > 0; length--) {
    const found = nodeAt(node, path.slice(0, length));
    if (found === undefined) continue;
    // A map or a list may be long, and nothing takes no room: their key is what to point at.
    return found.kind === "scalar" && found.place.end > found.place.start ? found.place : keyPlace(node, path.slice(0, length));
  }
  return node.place;
}

/** A value as the user wrote it, in a message. Never what a variable held. */
export function written(node: PlanNode | undefined, fallback = ""): string {
  return node?.kind === "scalar" ? node.written : fallback;
}

/**
 * A map whose entries are those of `defaults`, each overridden by that of `own`: maps are merged key
 * by key, anything else is replaced.
 */
export function mergeMaps(defaults: MapNode, own: MapNode): MapNode {
  const entries = new Map(defaults.entries);
  for (const [key, entry] of own.entries) {
    const base = entries.get(key);
    entries.set(key, base?.value.kind === "map" && entry.value.kind === "map" ? { key: entry.key, value: mergeMaps(base.value, entry.value) } : entry);
  }
  return { kind: "map", place: own.place, entries, taken: own.taken };
}
