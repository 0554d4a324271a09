import type { ObjectEnd } from "../core/sync-plan.ts";
import type { Findings } from "./findings.ts";
import type { ObjectSync as ObjectSyncFile, PlanFile } from "./generated/plan.ts";
import { keyPlace, type Path, type PlanNode } from "./node.ts";

/** Says what is right in the file and is not executed yet. It is refused, because leaving it out would do something else than was asked. */
export class NotYet {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  add(node: PlanNode, path: Path, what: string, sync?: string): void {
    this.#findings.add(keyPlace(node, path), {
      code: "NOT_YET_SUPPORTED",
      severity: "notice",
      // A default is a feature of every sync that begins with it.
      message: `${what} not executed yet${sync === undefined ? "" : `, and the sync \`${sync}\` asks for it`}.`,
      hint: "`validate` checks it; `plan` and `apply` refuse a plan that has it.",
      sync,
    });
  }
}

interface Feature {
  readonly path: Path;
  readonly what: string;
  /** Default: whether the key is there. */
  readonly asked?: (sync: ObjectSyncFile) => boolean;
}

const SOURCES = ["manifest", "inventory", "errorsOf", "urls"] as const;
const PRESERVED = ["acl", "lock", "posix"] as const;

const OBJECT_FEATURES: readonly Feature[] = [
  ...SOURCES.map((key) => ({ path: ["from", key], what: `Reading the source from \`${key}\` is` })),
  { path: ["once"], what: "Running a sync only once is", asked: ({ once }) => once === true },
  { path: ["versions"], what: "Copying all versions is", asked: ({ versions }) => versions === "all" },
  { path: ["asOf"], what: "Copying the source as it was is" },
  { path: ["restore"], what: "Restoring archived objects is" },
  { path: ["rename"], what: "Renaming keys is", asked: ({ rename }) => (rename?.length ?? 0) > 0 },
  { path: ["conflicts"], what: "Renaming conflicting objects is", asked: ({ conflicts }) => conflicts === "rename" },
  ...PRESERVED.map((what) => ({
    path: ["preserve"],
    what: `Preserving \`${what}\` is`,
    asked: ({ preserve }: ObjectSyncFile) => preserve?.includes(what) === true,
  })),
  { path: ["where", "tags"], what: "Choosing objects by their tags is" },
  { path: ["where", "metadata"], what: "Choosing objects by their metadata is" },
  { path: ["flow"], what: "Flow control by windows is", asked: ({ flow }) => (flow?.length ?? 0) > 0 },
  { path: ["flowOutside"], what: "Flow control outside of windows is", asked: ({ flowOutside = "unlimited" }) => flowOutside !== "unlimited" },
  { path: ["schedule"], what: "Running on a schedule is" },
  { path: ["incremental"], what: "Incremental runs are" },
  { path: ["continuous"], what: "Continuous syncs are" },
  { path: ["backup"], what: "Backups of what is overwritten or deleted are" },
  { path: ["reports"], what: "Reports in a location are" },
];

export function noteObjectFeatures(name: string, sync: ObjectSyncFile, node: PlanNode, notYet: NotYet): void {
  for (const { path, what, asked = isThere(path) } of OBJECT_FEATURES) if (asked(sync)) notYet.add(node, path, what, name);
}

function isThere(path: Path): (sync: ObjectSyncFile) => boolean {
  return (sync) =>
    path.reduce<unknown>((at, step) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[step] : undefined), sync) !== undefined;
}

export function noteLocationFeatures(name: string, { location }: ObjectEnd, root: PlanNode, notYet: NotYet): void {
  if (location.type !== "s3" || location.encryption?.kind !== "customer") return;
  notYet.add(root, ["locations", location.name, "encryption", "customerKey"], "Encryption by your own key is", name);
}

export function notePlanFeatures(value: PlanFile, node: PlanNode, notYet: NotYet): void {
  if (typeof value.state === "object") notYet.add(node, ["state"], "State in a location is");
}
