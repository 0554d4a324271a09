import { openSession, type Session } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { type KeyedEntry, keyOfEntry, withUniqueKeys } from "../dump/classify.ts";
import { dumpSchema } from "../dump/dump-schema.ts";
import type { Reader } from "../plan/written.ts";
import { renameAll } from "./rename.ts";
import { isRestored, restoreDefinitions } from "./restore.ts";
import { isRewritten, rewritten, withoutRoles, withRoles } from "./rewrite.ts";
import type { Shadow } from "./shadow-database.ts";
import type { SourceNames } from "./source-names.ts";

/** An entry of the source's dump as it is to be at the destination, with the owner and the dependencies that it has at the source. */
export interface MappedEntry {
  /** Its key in a dump of the destination. */
  readonly key: string;
  readonly entry: DumpEntry;
  /** Whether the definition is as PostgreSQL itself writes it under the new names; false: it is the source's. */
  readonly isExact: boolean;
  /** Why it could not be worked out. */
  readonly problem?: string | undefined;
}

export interface MapDumpOptions {
  /** The source's, without the secrets in them. */
  readonly entries: readonly DumpEntry[];
  readonly names: SourceNames;
  /** Of the source, by OID. */
  readonly languages: Reader["languages"];
  readonly shadow: Shadow;
  readonly signal: AbortSignal;
}

export interface MappedDump {
  /** By the key at the source. */
  readonly entries: ReadonlyMap<string, MappedEntry>;
  readonly warnings: readonly string[];
}

/**
 * Makes a source's definitions in a shadow, renames there what the plan maps, and reads them again: all
 * that refers to what was renamed is then written by PostgreSQL itself, and never by us.
 *
 * @throws TidemarkError `MAPPING_CLASH`, `MAPPING_FAILED`, `DUMP_FAILED`
 */
export async function mapDump({ entries, names, languages, shadow, signal }: MapDumpOptions): Promise<MappedDump> {
  const session = await openSession(shadow.options);
  try {
    const failures = await restoreDefinitions({ session, entries, languages, signal });
    const before = await dump(shadow, signal);
    const warnings = await renameAll({ session, names, entries: before, signal });
    const after = await dump(shadow, signal);
    return { entries: pair({ entries, names, failures, before, after }), warnings };
  } finally {
    await session.close();
  }
}

async function dump(shadow: Shadow, signal: AbortSignal): Promise<readonly DumpEntry[]> {
  const session: Session = await openSession(shadow.options);
  try {
    return (await dumpSchema({ session, signal })).entries;
  } finally {
    await session.close();
  }
}

interface Pairing {
  readonly entries: readonly DumpEntry[];
  readonly names: SourceNames;
  /** What could not be made in the shadow, by dumpId of the source. */
  readonly failures: ReadonlyMap<number, string>;
  readonly before: readonly DumpEntry[];
  readonly after: readonly DumpEntry[];
}

/** Finds each entry of the source again: by its key before the renames, and by its OID after them. */
function pair({ entries, names, failures, before, after }: Pairing): ReadonlyMap<string, MappedEntry> {
  const there = new Map(withUniqueKeys(before).map(({ key, entry }) => [key, entry]));
  const found = new Map(identify(after, oidOf).map(({ id, entry }) => [id, entry]));
  const keys = new Map(withUniqueKeys(after).map(({ key, entry }) => [entry, key]));
  const keyed = withUniqueKeys(entries);
  const oids = new Map(
    keyed.flatMap(({ key, entry }) => {
      const made = entry.oid === 0 ? undefined : there.get(key);
      return made === undefined ? [] : [[entry, oidOf(made)] as const];
    }),
  );
  const ids = new Map(identify(entries, (entry) => oids.get(entry) ?? "").map(({ id, entry }) => [entry, id]));
  const mapped = new Map<string, MappedEntry>();
  const byId = new Map<number, DumpEntry>();
  for (const each of keyed) {
    const made = found.get(ids.get(each.entry) ?? "");
    const to = mappedEntry({ keyed: each, names, made, failure: failures.get(each.entry.dumpId), about: (id) => byId.get(id) });
    const key = made === undefined ? to.key : (keys.get(made) ?? to.key);
    mapped.set(each.key, { ...to, key });
    byId.set(each.entry.dumpId, to.entry);
  }
  return mapped;
}

interface MappedEntryOptions {
  readonly keyed: KeyedEntry;
  readonly names: SourceNames;
  /** Itself in the shadow. */
  readonly made: DumpEntry | undefined;
  readonly failure: string | undefined;
  /** What an entry before this one is at the destination. */
  about(dumpId: number): DumpEntry | undefined;
}

function mappedEntry({ keyed: { key, entry }, names, made, failure, about }: MappedEntryOptions): MappedEntry {
  const predicted = names.predicted(entry);
  if (isRewritten(entry)) {
    const from = entry.dependencies.map((id) => names.byId.get(id)).find((each) => each !== undefined);
    const to = from && about(from.dumpId);
    const definition = rewritten(entry.definition, entry, names, from && to && { from, to });
    return { key: keyOfEntry(predicted), entry: { ...predicted, definition }, isExact: true };
  }
  if (entry.type === "SCHEMA") return { key: keyOfEntry(predicted), entry: predicted, isExact: true };
  if (!isRestored(entry)) return { key, entry, isExact: true };
  if (made !== undefined) {
    const { schema, tag, definition, dropStatement, accessMethod } = made;
    const clause = entry.type === "POLICY" ? withoutRoles(entry.definition).text : "";
    return { key: keyOfEntry(made), entry: { ...entry, schema, tag, definition: withRoles(definition, clause), dropStatement, accessMethod }, isExact: true };
  }
  if (!names.isAffected(entry)) return { key, entry, isExact: true };
  return { key: keyOfEntry(predicted), entry: predicted, isExact: false, problem: failure ?? "It was not found again where names are tried out." };
}

/**
 * What an entry is known by, whatever it is called: its OID in the shadow, else the OIDs of what it depends
 * on, and which of several such it is.
 *
 * @param oidOf what stands for an entry's OID in the shadow; "" where it has none
 */
function identify(entries: readonly DumpEntry[], oidOf: (entry: DumpEntry) => string): { readonly id: string; readonly entry: DumpEntry }[] {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const own = oidOf(entry);
    const needed = () => new Set(entry.dependencies.flatMap((id) => byId.get(id) ?? []).map(oidOf));
    const base =
      own === ""
        ? `${entry.type} of ${[...needed()]
            .filter((oid) => oid !== "")
            .toSorted()
            .join(" ")}`
        : own;
    const times = (seen.get(base) ?? 0) + 1;
    seen.set(base, times);
    return { id: `${base} ${times}`, entry };
  });
}

function oidOf({ type, classOid, oid }: DumpEntry): string {
  return oid === 0 ? "" : `${type} ${classOid}/${oid}`;
}
