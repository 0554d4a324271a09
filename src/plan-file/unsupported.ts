import type { ObjectEnd } from "../core/sync-plan.ts";
import type { Findings } from "./findings.ts";
import type { ObjectSync as ObjectSyncFile, PostgresSync as PostgresSyncFile } from "./generated/plan.ts";
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

interface Feature<S> {
  readonly path: Path;
  readonly what: string;
  /** Default: whether the key is there. */
  readonly asked?: (sync: S) => boolean;
}

const SOURCES = ["manifest", "inventory", "errorsOf", "urls"] as const;
const PRESERVED = ["acl", "lock", "posix"] as const;

const OBJECT_FEATURES: readonly Feature<ObjectSyncFile>[] = [
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
  { path: ["schedule"], what: "Running on a schedule is" },
  { path: ["incremental"], what: "Incremental runs are" },
  { path: ["continuous"], what: "Continuous syncs are" },
  { path: ["backup"], what: "Backups of what is overwritten or deleted are" },
  { path: ["reports"], what: "Reports in a location are" },
];

const POSTGRES_FEATURES: readonly Feature<PostgresSyncFile>[] = [
  { path: ["mode"], what: "Following a database after its copy is", asked: ({ mode }) => mode === "full+incremental" },
  {
    path: ["conflicts"],
    what: "Deciding on conflicts while following is",
    asked: ({ mode, conflicts = "report" }) => mode === "full+incremental" && conflicts !== "report",
  },
  { path: ["once"], what: "Running a sync only once is", asked: ({ once }) => once === true },
  { path: ["rows", "onDifferent"], what: "Repairing single rows is", asked: ({ rows }) => rows?.onDifferent === "repair" },
  { path: ["schedule", "every"], what: "Running again and again is" },
];

export function noteObjectFeatures(name: string, sync: ObjectSyncFile, node: PlanNode, notYet: NotYet): void {
  note(OBJECT_FEATURES, name, sync, node, notYet);
}

export function notePostgresFeatures(name: string, sync: PostgresSyncFile, node: PlanNode, notYet: NotYet): void {
  note(POSTGRES_FEATURES, name, sync, node, notYet);
}

function note<S>(features: readonly Feature<S>[], name: string, sync: S, node: PlanNode, notYet: NotYet): void {
  for (const { path, what, asked = isThere(path) } of features) if (asked(sync)) notYet.add(node, path, what, name);
}

function isThere(path: Path): (sync: unknown) => boolean {
  return (sync) =>
    path.reduce<unknown>((at, step) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[step] : undefined), sync) !== undefined;
}

export function noteLocationFeatures(name: string, { location }: ObjectEnd, root: PlanNode, notYet: NotYet): void {
  if (location.type !== "s3" || location.encryption?.kind !== "customer") return;
  notYet.add(root, ["locations", location.name, "encryption", "customerKey"], "Encryption by your own key is", name);
}
