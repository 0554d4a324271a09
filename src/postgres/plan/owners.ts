import type { DumpEntry } from "../dump/archive.ts";
import { type KeyedEntry, withUniqueKeys } from "../dump/classify.ts";
import { tableOf } from "../dump/table-of.ts";
import { looseKey, type Mapping } from "../mapping/mapping.ts";
import { hasOwner } from "./definition.ts";

export interface OwnersOptions {
  readonly source: readonly DumpEntry[];
  /** What the destination has, as `destinationKeys` lists it. */
  readonly there: ReadonlyMap<string, DumpEntry>;
  readonly mapping: Mapping;
  /** Whether a role of the source can own something at the destination. */
  mayOwn(role: string): boolean;
  /** Whoever applies. */
  readonly user: string;
}

/** What the destination has, by key; where names are mapped by one that the source's new names lead to. */
export function destinationKeys(entries: readonly DumpEntry[], { isMapped }: Pick<Mapping, "isMapped">): ReadonlyMap<string, DumpEntry> {
  return new Map(withUniqueKeys(entries).map(({ key, entry }) => [isMapped ? looseKey(key) : key, entry]));
}

/** Who owns at the destination what the source's dump tells of: as it is there, or as it will be made. */
export class Owners {
  readonly #options: OwnersOptions;
  readonly #byId: ReadonlyMap<number, DumpEntry>;
  readonly #keyed: ReadonlyMap<DumpEntry, KeyedEntry>;
  readonly #tables: ReadonlyMap<string, DumpEntry>;

  constructor(options: OwnersOptions) {
    this.#options = options;
    this.#byId = new Map(options.source.map((entry) => [entry.dumpId, entry]));
    this.#keyed = new Map(withUniqueKeys(options.source).map((keyed) => [keyed.entry, keyed]));
    this.#tables = new Map(options.source.flatMap((entry) => (TABLES.has(entry.type) ? [[JSON.stringify([entry.schema, entry.tag]), entry]] : [])));
  }

  /** @returns undefined where the dump does not tell what an entry belongs to */
  of(entry: DumpEntry): string | undefined {
    const subject = this.#subject(entry);
    if (subject === undefined) return undefined;
    const existing = this.#existing(subject);
    if (existing !== undefined) return existing.owner;
    return this.#options.mayOwn(subject.owner) ? subject.owner : this.#options.user;
  }

  /** Whether the destination has what an entry belongs to, or is about. */
  isThere(entry: DumpEntry): boolean {
    const subject = this.#subject(entry);
    return subject !== undefined && this.#existing(subject) !== undefined;
  }

  #existing(subject: DumpEntry): DumpEntry | undefined {
    const { mapping, there } = this.#options;
    const keyed = this.#keyed.get(subject);
    if (keyed === undefined) return undefined;
    return there.get(mapping.isMapped ? looseKey(mapping.at(keyed).key) : keyed.key);
  }

  /** The object with an owner of its own. */
  #subject(entry: DumpEntry): DumpEntry | undefined {
    if (ABOUT.has(entry.type)) return entry.dependencies.map((id) => this.#byId.get(id)).find((about) => about !== undefined);
    if (hasOwner(entry) || entry.type === "DATABASE") return entry;
    const table = tableOf(entry, this.#byId);
    return table === undefined ? undefined : this.#tables.get(JSON.stringify([table.schema, table.name]));
  }
}

const ABOUT: ReadonlySet<string> = new Set(["ACL", "COMMENT", "SECURITY LABEL", "DATABASE PROPERTIES"]);
const TABLES: ReadonlySet<string> = new Set(["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW"]);
