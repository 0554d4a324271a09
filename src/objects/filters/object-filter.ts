import { compareKeys } from "../../core/byte-order.ts";
import type { ObjectSync } from "../../core/sync-plan.ts";
import type { ObjectEntry } from "../store.ts";
import { Automaton } from "../../core/globs/automaton.ts";
import { globPrefix, parseGlob } from "../../core/globs/glob.ts";
import { inStorageClass } from "./storage-class.ts";

export type FilterRules = Pick<ObjectSync, "include" | "exclude" | "where" | "invisible">;

/**
 * What a sync may see.
 *
 * Rules about names hide a key at both ends: it is neither copied nor deleted. Rules about the rest
 * (`where`) ask the source's entry alone; an item they leave out is not copied, and what the
 * destination has under its key is protected from deletion.
 */
export interface ObjectFilter {
  /** Whether any rule is there at all. */
  readonly selectsEverything: boolean;
  /**
   * What all keys that `include` can select begin with; "" where nothing is known. Listing may be
   * narrowed to it.
   */
  readonly commonPrefix: string;
  /** Rules about names: for keys of either end. */
  selectsKey(key: string): boolean;
  /** `where`, for entries of the source. Entries with a problem pass: nothing is known of them. */
  selectsEntry(entry: ObjectEntry): boolean;
  /** Both. */
  matches(entry: ObjectEntry): boolean;
  /** Whether no key that begins so can be selected: a folder nobody needs to look into. */
  hidesBeneath(prefix: string): boolean;
}

/**
 * Compiles the rules of a sync once.
 *
 * `exclude` is asked first; where `include` has any, what none of them matches is excluded too.
 *
 * @throws TidemarkError `FILTER_INVALID`, `FILTER_TOO_LARGE`
 */
export function compileFilters({ include, exclude, where, invisible }: FilterRules): ObjectFilter {
  const included = include.length > 0 ? new Automaton(include.map(parseGlob)) : undefined;
  const excluded = exclude.length > 0 ? new Automaton(exclude.map(parseGlob)) : undefined;
  const own = [...invisible.source, ...invisible.destination];
  const named = included !== undefined || excluded !== undefined || own.length > 0;
  const entryRule = compileWhere(where);

  const selectsKey = (key: string): boolean =>
    !named || (!own.some((prefix) => key.startsWith(prefix)) && !excluded?.matches(key) && (included?.matches(key) ?? true));
  const selectsEntry = (entry: ObjectEntry): boolean => entryRule === undefined || entry.problem !== undefined || entryRule(entry);
  return {
    selectsEverything: !named && entryRule === undefined,
    commonPrefix: commonPrefix(include.map(globPrefix)),
    selectsKey,
    selectsEntry,
    matches: (entry) => selectsKey(entry.key) && selectsEntry(entry),
    hidesBeneath: (prefix) => own.some((hidden) => prefix.startsWith(hidden)) || excluded?.coverage(prefix) === "all" || included?.coverage(prefix) === "none",
  };
}

function compileWhere(where: ObjectSync["where"]): ((entry: ObjectEntry) => boolean) | undefined {
  const { minSize = 0, maxSize = Infinity, modifiedAfter = -Infinity, modifiedBefore = Infinity, storageClass } = where;
  if (Object.values(where).every((rule) => rule === undefined)) return undefined;
  return (entry) =>
    entry.size >= minSize &&
    entry.size <= maxSize &&
    entry.modifiedMs > modifiedAfter &&
    entry.modifiedMs < modifiedBefore &&
    (storageClass === undefined || storageClass.some((name) => inStorageClass(entry.storageClass, name)));
}

function commonPrefix(prefixes: readonly string[]): string {
  const sorted = prefixes.toSorted(compareKeys);
  const first = [...(sorted[0] ?? "")];
  const last = [...(sorted.at(-1) ?? "")];
  const differs = first.findIndex((character, i) => character !== last[i]);
  return first.slice(0, differs === -1 ? undefined : differs).join("");
}
