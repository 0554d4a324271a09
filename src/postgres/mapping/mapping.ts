import { TidemarkError } from "../../core/errors.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { type KeyedEntry, withUniqueKeys } from "../dump/classify.ts";
import type { Ends } from "../ends.ts";
import { displayOf } from "../connect/identity.ts";
import type { Reader } from "../plan/written.ts";
import { mapDump, type MappedEntry } from "./map-dump.ts";
import { mapsNames, type QualifiedName } from "./names.ts";
import { type Shadow, withNamedShadow } from "./shadow-database.ts";
import { SourceNames } from "./source-names.ts";
import { loadStaleNames } from "./stale-names.ts";

/** What a source's objects are called and made of at the destination. */
export interface Mapping {
  /** Whether any name is another one at all. */
  readonly isMapped: boolean;
  /** Where a table, a view, a sequence or an index goes. */
  targetOf(schema: string, name: string): QualifiedName;
  schemaOf(schema: string): string;
  /** @param keyed an entry of the source's dump, with its key there */
  at(keyed: KeyedEntry): MappedEntry;
  /** Names in bodies of functions that are no more at the destination, by the function's key. */
  readonly stale: ReadonlyMap<string, readonly string[]>;
  /** Remarks about the whole. */
  readonly warnings: readonly string[];
}

const NOTHING_MAPPED: Mapping = {
  isMapped: false,
  targetOf: (schema, name) => ({ schema, name }),
  schemaOf: (schema) => schema,
  at: ({ key, entry }) => ({ key, entry, isExact: true }),
  stale: new Map(),
  warnings: [],
};

export interface MappingOptions {
  readonly sync: Pick<PostgresSync, "map">;
  readonly ends: Ends;
  /** The source's dump, without the secrets in it. */
  readonly entries: readonly DumpEntry[];
  /** Of the source, by OID. */
  readonly languages: Reader["languages"];
  readonly signal: AbortSignal;
}

/**
 * The mapping as a plan shows it. In the database that the plan names as `shadow` PostgreSQL works it
 * out; without one only names are known, and definitions are the source's.
 *
 * @throws TidemarkError `MAPPING_CLASH`, `MAPPING_NAME`, `MAPPING_FAILED`, `SHADOW_NOT_EMPTY`, `SHADOW_BUSY`
 */
export async function mappingForPlan({ sync, ends, entries, languages, signal }: MappingOptions): Promise<Mapping> {
  if (!mapsNames(sync.map)) return NOTHING_MAPPED;
  const names = new SourceNames(sync.map, entries);
  names.verify(entries);
  const { shadow } = ends;
  const stale = await staleNames(names, entries);
  if (shadow === undefined) return { ...predictedMapping(names, entries), stale };
  for (const end of [ends.source, ends.destination]) {
    if (displayOf(end) !== displayOf(shadow)) continue;
    throw new TidemarkError("SHADOW_NOT_EMPTY", `${displayOf(shadow)} is named as shadow, and is an end of the sync itself.`, {
      hint: "Name another database, an empty one.",
    });
  }
  return { ...(await withNamedShadow(shadow, signal, (each) => mappingIn(each, { names, entries, languages, signal }))), stale };
}

async function staleNames(names: SourceNames, entries: readonly DumpEntry[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const staleIn = await loadStaleNames(names);
  return new Map(
    withUniqueKeys(entries).flatMap(({ key, entry }) => {
      const found = staleIn(entry);
      return found.length === 0 ? [] : [[key, found] as const];
    }),
  );
}

export interface MappingInOptions extends Pick<MappingOptions, "entries" | "languages"> {
  readonly names: SourceNames;
  readonly signal: AbortSignal;
}

/** The mapping as PostgreSQL works it out in a shadow. */
export async function mappingIn(shadow: Shadow, { names, entries, languages, signal }: MappingInOptions): Promise<Mapping> {
  const dump = await mapDump({ entries, names, languages, shadow, signal });
  return mappingOf(names, dump.entries, dump.warnings);
}

function predictedMapping(names: SourceNames, entries: readonly DumpEntry[]): Mapping {
  const predicted = withUniqueKeys(entries.map((entry) => names.predicted(entry)));
  const mapped = new Map<string, MappedEntry>();
  for (const [at, { key, entry: original }] of withUniqueKeys(entries).entries()) {
    // Both lists are in one order.
    const now = predicted[at];
    if (now !== undefined) mapped.set(key, { ...now, isExact: !names.isAffected(original) });
  }
  return mappingOf(names, mapped, []);
}

function mappingOf(names: SourceNames, entries: ReadonlyMap<string, MappedEntry>, warnings: readonly string[]): Mapping {
  return {
    isMapped: true,
    targetOf: names.targetOf,
    schemaOf: (schema) => names.schemaOf(schema),
    at: ({ key, entry }) => entries.get(key) ?? { key, entry, isExact: true },
    stale: new Map(),
    warnings,
  };
}

/** Keys of a dump of the destination by the keys at the source. */
export function keysAtDestination(sync: Pick<PostgresSync, "map">, entries: readonly DumpEntry[]): ReadonlyMap<string, string> {
  const mapping = predictedMapping(new SourceNames(sync.map, entries), entries);
  return new Map(withUniqueKeys(entries).map((keyed) => [keyed.key, mapping.at(keyed).key]));
}

/**
 * A key however its names are quoted: pg_dump quotes a name that is a reserved word, and a predicted key
 * does not know of such.
 */
export function looseKey(key: string): string {
  return key.replaceAll(/"([a-z_][a-z0-9_$]*)"/g, "$1");
}
