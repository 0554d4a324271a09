import { EFFECTS } from "../../changeset/action.ts";
import type { PlannedAccounts } from "../accounts/plan-accounts.ts";
import type { ClosedPlaces } from "../catalog/closed-places.ts";
import type { DumpEntry } from "../dump/archive.ts";
import type { Adaptation } from "./adapt.ts";
import type { Owners } from "./owners.ts";
import type { Planned } from "./planned.ts";

export interface ActingRolesOptions {
  readonly entries: readonly DumpEntry[];
  readonly owners: Owners;
  readonly adaptation: Adaptation;
  readonly closed: ClosedPlaces;
}

/** Tells whose rights it may take to make an object: its owner's, and those of what it is made in and of. */
export class ActingRoles {
  readonly #options: ActingRolesOptions;
  readonly #byId: ReadonlyMap<number, DumpEntry>;

  constructor(options: ActingRolesOptions) {
    this.#options = options;
    this.#byId = new Map(options.entries.map((entry) => [entry.dumpId, entry]));
  }

  /** @param schema at the destination; undefined: it lies in none */
  of(entry: DumpEntry, schema: string | undefined): ReadonlySet<string> {
    const { owners, adaptation, closed } = this.#options;
    const around = schema === undefined ? closed.database : closed.schemas.get(schema);
    const parts = [entry, ...entry.dependencies.flatMap((id) => this.#byId.get(id) ?? []).filter(({ type }) => type !== "SCHEMA" && type !== "DATABASE")];
    return new Set([...parts.map((part) => owners.of(part)), around, ...adaptation.actorsOf(entry, owners.of(entry))].filter((role) => role !== undefined));
  }
}

const OWNED_ELSEWHERE: readonly (readonly [string, string])[] = [
  ["rows ", "table "],
  ["sequence-value ", "sequence "],
  ["refresh ", "materialized-view "],
];

/** What makes whoever applies a member, for the time of the run, of the roles without whose rights the plan cannot be done. */
export function membershipsForRun(planned: readonly Planned[], { borrowable }: Pick<PlannedAccounts, "borrowable">): readonly Planned[] {
  if (borrowable.size === 0) return [];
  const owners = new Map(planned.flatMap(({ action, owner }) => (owner === undefined ? [] : [[action.key, owner]])));
  const needed = new Set<string>();
  for (const { action, actsFor } of planned) {
    if (!EFFECTS.has(action.action)) continue;
    for (const role of actsFor ?? []) needed.add(role);
    for (const [of, object] of OWNED_ELSEWHERE) {
      const owner = action.key.startsWith(of) ? owners.get(object + action.key.slice(of.length)) : undefined;
      if (owner !== undefined) needed.add(owner);
    }
  }
  return [...borrowable].flatMap(([role, action]): Planned[] => (needed.has(role) ? [{ phase: "accounts", kind: "membership", action }] : []));
}
