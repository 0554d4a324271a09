import type { DatabaseKind } from "../../driver/database-action.ts";
import { shownName } from "../names.ts";
import { makeSelect, type Select } from "../plan/select.ts";
import { readDependencies, readPresent, readUnselectedPartitions, type Dependency } from "./dependency-queries.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { mappedIdentity } from "./mapped.ts";
import { type BothScope, sourceName } from "./scope.ts";

/** Parts of tables that can be left out one by one, by their catalog. */
const KIND_OF_PART: Readonly<Record<string, readonly DatabaseKind[]>> = {
  pg_trigger: ["trigger"],
  pg_policy: ["policy"],
  pg_rewrite: ["rule"],
  pg_statistic_ext: ["statistics"],
  pg_index: ["index"],
};

/** Whether all that selected objects need is selected too, or at the destination already. */
export async function checkDependencies(scope: BothScope): Promise<readonly Finding[]> {
  const { source, destination, sync, selected } = scope;
  const select = makeSelect(sync);
  const all = (await readDependencies(source, selected.objects)).filter((dependency) => isPartSelected(dependency, select));
  const never = new Set(selected.neverSynced.map(({ classOid, oid }) => `${classOid} ${oid}`));
  const left = all.filter(({ neededClass, neededOid }) => never.has(`${neededClass} ${neededOid}`));
  const unselected = all.filter(({ neededClass, neededOid }) => !never.has(`${neededClass} ${neededOid}`));
  const identityThere = ({ neededIdentity, neededSchema }: Dependency) => mappedIdentity(sync.map, neededSchema, neededIdentity);
  const present =
    destination && unselected.length > 0
      ? await readPresent(
          destination,
          unselected.map((each) => ({ catalog: each.neededCatalog, identity: identityThere(each) })),
        )
      : new Set();
  const missing = unselected.filter((each) => !present.has(`${each.neededCatalog} ${identityThere(each)}`));
  const partitions = await readUnselectedPartitions(source, selected.objects);
  const subject = `${sourceName(scope)}: dependencies`;
  const there = present.size;
  return [
    missing.length === 0
      ? pass(
          "DEPENDENCIES_NOT_SELECTED",
          subject,
          there === 0 ? "All that is needed is selected too." : `All that is needed is selected, or at the destination already: ${there}.`,
        )
      : fail(
          "DEPENDENCIES_NOT_SELECTED",
          subject,
          `${needing(missing)} what is not selected: ${listed(missing.map(shown))}.`,
          "Select what is needed too, create it at the destination first, or exclude what needs it.",
        ),
    ...(left.length === 0
      ? []
      : [
          confirm(
            "DEPENDENCIES_NEVER_SYNCED",
            subject,
            `${needing(left)} what is never synced by default, and will be left out: ${listed(left.map(shown))}.`,
            "`objects: { include: all }` syncs it where the destination has what it needs; or exclude what needs it.",
          ),
        ]),
    ...(partitions.length === 0
      ? []
      : [
          confirm(
            "PARTITIONS_NOT_SELECTED",
            `${sourceName(scope)}: partitions`,
            `Partitions of selected tables are not selected, so their rows stay behind: ${listed(partitions.map(({ schema, name, parent }) => `${shownName(schema, name)} of ${parent}`))}.`,
            "Select them too, e.g. by a pattern, or confirm where they are meant to stay behind.",
          ),
        ]),
  ];
}

/** One object may need several. */
function needing(dependencies: readonly Dependency[]): string {
  const { size } = new Set(dependencies.map(({ type, identity }) => `${type} ${identity}`));
  return `${counted(size, "selected object")} ${size === 1 ? "needs" : "need"}`;
}

function shown({ type, identity, part, neededType, neededIdentity }: Dependency): string {
  return `${type} ${identity}${part === undefined ? "" : ` (${part})`} needs ${neededType} ${neededIdentity}`;
}

/** A trigger that is left out needs no function. */
function isPartSelected({ partCatalog, partName, relation }: Dependency, select: Select): boolean {
  const kinds = partCatalog === undefined ? undefined : KIND_OF_PART[partCatalog];
  if (!kinds || partName === undefined || relation === undefined) return true;
  return kinds.some((kind) => select(kind, relation.schema, partName, relation));
}
