import type { Finding, Findings } from "./findings.ts";
import { keyPlace, nodeAt, type Path, type PlanNode, valuePlace, written } from "./node.ts";

/**
 * A part of the file that the schema has checked: its value, and where each of its values stands.
 * Rules look at the value and complain at a path.
 */
export class Part<T> {
  readonly value: T;
  readonly node: PlanNode;
  readonly #findings: Findings;
  readonly #sync: string | undefined;

  constructor(value: T, node: PlanNode, findings: Findings, sync?: string) {
    this.value = value;
    this.node = node;
    this.#findings = findings;
    this.#sync = sync;
  }

  /** Something is wrong with the value at a path. */
  complain(path: Path, finding: Finding): void {
    this.#findings.add(valuePlace(this.node, path), { sync: this.#sync, ...finding });
  }

  /** Something is wrong with there being this key. */
  complainOfKey(path: Path, finding: Finding): void {
    this.#findings.add(keyPlace(this.node, path), { sync: this.#sync, ...finding });
  }

  /** A value as the user wrote it, never what a variable held. */
  written(path: Path): string {
    return written(nodeAt(this.node, path));
  }

  /** Whether the file has something at a path, also where that was wrong. */
  has(path: Path): boolean {
    const parent = nodeAt(this.node, path.slice(0, -1));
    return nodeAt(this.node, path) !== undefined || (parent?.kind === "map" && parent.taken.has(String(path.at(-1))));
  }

  at(path: Path): PlanNode | undefined {
    return nodeAt(this.node, path);
  }
}

/** What every part of a load shares. */
export interface LoadContext {
  /** Absolute. */
  readonly file: string;
  readonly findings: Findings;
  /** Every location's name in the file with what it says its type is, also where something is wrong with it. */
  readonly locationTypes: ReadonlyMap<string, string | undefined>;
}
