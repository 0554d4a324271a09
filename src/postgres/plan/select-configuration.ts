import type { PostgresSync } from "../../core/sync-plan.ts";
import type { Planned } from "./planned.ts";
import { makeSelect } from "./select.ts";

/** Whether what an extension calls its users' configuration goes along. */
export type SelectConfiguration = (extension: string, kind: "table" | "sequence", schema: string, name: string) => boolean;

/**
 * It goes where its extension goes, unless it is excluded by its own name.
 *
 * @param objects what is decided about objects
 */
export function makeSelectConfiguration(sync: Pick<PostgresSync, "objects" | "level" | "synchronize">, objects: readonly Planned[]): SelectConfiguration {
  const extensions = new Set(objects.filter(({ kind, action }) => kind === "extension" && action.action !== "notSynced").map(({ action }) => action.key));
  const isNotExcluded = makeSelect({ ...sync, objects: { ...sync.objects, include: "all" } });
  return (extension, kind, schema, name) => extensions.has(`extension ${extension}`) && isNotExcluded(kind, schema, name, undefined);
}
