import type { PostgresSync } from "../../core/sync-plan.ts";
import type { DatabaseKind } from "../../driver/database-action.ts";
import type { PlannedAccounts } from "../accounts/plan-accounts.ts";
import { type AdaptedPrivileges, adaptPrivileges, privilegeDecision, withoutRoleSettings } from "../accounts/privileges.ts";
import { labelStatements, lackingRemark } from "../catalog/label-providers.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { type KeyedEntry, keyOfEntry } from "../dump/classify.ts";
import { isWord, meaningful } from "../dump/lexer.ts";
import type { Ends } from "../ends.ts";
import { shownName } from "../names.ts";
import { aboutDatabase, createDatabaseStatement, tablespaceOfDatabase } from "./database.ts";
import { definitionOf, inTablespace, ownerOfDatabase } from "./definition.ts";
import type { LeftBehind } from "./never-synced.ts";
import type { DestinationFacts, SourceFacts } from "./read-ends.ts";
import { writtenFor } from "./written.ts";

/** What is to be run for an object, or why nothing is. */
export type Adapted =
  | {
      readonly ddl: string;
      /** What the destination shows of it afterwards, where that is not what the source shows; "": nothing. */
      readonly lasting?: string | undefined;
      readonly remark?: string | undefined;
    }
  | { readonly left: LeftBehind };

export interface AdaptOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly source: SourceFacts;
  readonly destination: DestinationFacts;
  readonly accounts: PlannedAccounts;
  /** Of security labels, that the destination's server has not loaded. */
  readonly lackingProviders: ReadonlySet<string>;
}

/** Makes definitions of the source fit the destination: its database's name, its roles, its version. */
export class Adaptation {
  readonly #options: AdaptOptions;

  constructor(options: AdaptOptions) {
    this.#options = options;
  }

  /** Whoever applies. */
  get user(): string {
    return this.#options.destination.roles.user;
  }

  /** @param ownerThere who owns at the destination what the entry belongs to or is about; undefined: not known */
  adapt(entry: DumpEntry, kind: DatabaseKind, ownerThere: string | undefined): Adapted {
    const { sync, ends, source, destination } = this.#options;
    switch (kind) {
      case "database": {
        const owner = this.mayOwn(entry.owner) ? entry.owner : undefined;
        const tablespace = tablespaceOfDatabase(entry);
        const placed = tablespace !== undefined && this.#mayUse(tablespace);
        const ddl = createDatabaseStatement(entry, { name: ends.destination.database, version: destination.version, placed });
        return { ddl: ddl + ownerOfDatabase(owner), remark: tablespace === undefined || placed ? undefined : this.#misplaced(tablespace) };
      }
      case "database-setting":
        return { ddl: this.#renamed(withoutRoleSettings(definitionOf(entry)).trim()) };
      case "privilege":
      case "default-privilege": {
        const left = privilegeDecision({ sync, kind, tag: entry.tag });
        if (left !== undefined) return { left };
        const { sql, lasting, isPartial, remark } = this.#privileges(entry, ownerThere);
        if (sql === "" && isPartial) return { left: { reason: "no-account", remark: remark ?? "The roles that it is about are not at the destination." } };
        const [ddl, shown] = isAboutDatabase(entry) ? [this.#renamed(sql), this.#renamed(lasting)] : [sql, lasting];
        return { ddl, lasting: shown, remark };
      }
      case "security-label": {
        const labels = labelStatements(definitionOf(entry));
        const lacking = labels.filter(({ provider }) => this.#options.lackingProviders.has(provider)).map(({ provider }) => provider);
        const remark = lacking.length === 0 ? undefined : lackingRemark(lacking);
        if (remark !== undefined && lacking.length === labels.length) return { left: { reason: "no-label-provider", remark } };
        const sql = labels.flatMap(({ statement, provider }) => (lacking.includes(provider) ? [] : [statement])).join("");
        return { ddl: isAboutDatabase(entry) ? this.#renamed(sql) : sql, remark };
      }
      case "subscription": {
        const ddl = definitionOf(entry);
        return { ddl, remark: hasSlot(ddl) ? SLOT_REMARK : undefined };
      }
      default: {
        const sql = writtenFor(entry, { version: destination.version, languages: source.special.languages });
        return { ddl: isAboutDatabase(entry) ? this.#renamed(sql) : sql };
      }
    }
  }

  /**
   * What creates an object where it lies at the source: in the tablespace of that name, if the destination has
   * one in which the role may create. Where an object lies is no part of its definition, and never compared.
   */
  placed(ddl: string, { tablespace }: DumpEntry): { readonly ddl: string; readonly remark?: string } {
    if (tablespace === undefined || ddl === "") return { ddl };
    return this.#mayUse(tablespace) ? { ddl: inTablespace(ddl, tablespace) } : { ddl, remark: this.#misplaced(tablespace) };
  }

  /** A definition at the destination in the source's words: where it names the database itself. */
  asAtSource(existing: DumpEntry): string {
    const { source, destination } = this.#options.ends;
    const definition = definitionOf(existing);
    return isAboutDatabase(existing) ? aboutDatabase(definition, destination.database, source.database) : definition;
  }

  /** Roles as which privileges are granted, and for which defaults are set. */
  actorsOf(entry: DumpEntry, ownerThere: string | undefined): readonly string[] {
    if (entry.type === "DEFAULT ACL") return [this.#defaultsOwner(entry.owner)];
    if (entry.type !== "ACL") return [];
    return [...this.#privileges(entry, ownerThere).actors];
  }

  /** Privileges at the destination in the words in which `Adapted.lasting` is. */
  privilegesThere(existing: DumpEntry): string {
    return this.#privileges(existing, existing.owner).sql;
  }

  /** The key of default privileges at the destination, where whoever applies has those of a superuser. */
  defaultsKey({ key, entry }: KeyedEntry): string {
    const owner = this.#defaultsOwner(entry.owner);
    return owner === entry.owner ? key : keyOfEntry({ ...entry, owner });
  }

  #defaultsOwner(role: string): string {
    return this.#options.source.special.superusers.has(role) ? this.user : role;
  }

  #privileges(entry: DumpEntry, ownerThere: string | undefined): AdaptedPrivileges {
    const { source, accounts } = this.#options;
    const owners = ownerThere === undefined ? undefined : { source: entry.owner, destination: ownerThere };
    const { available, ownable } = accounts;
    return adaptPrivileges({ sql: definitionOf(entry), available, ownable, superusers: source.special.superusers, user: this.user, owners });
  }

  /** An owner that is a superuser is not synced, nor one that whoever applies cannot make an owner. */
  mayOwn(role: string): boolean {
    const { source, accounts } = this.#options;
    return !source.special.superusers.has(role) && accounts.ownable.has(role) && accounts.available.has(role);
  }

  #mayUse(tablespace: string): boolean {
    return this.#options.destination.tablespaces.get(tablespace) === true;
  }

  #misplaced(tablespace: string): string {
    const { destination } = this.#options;
    const name = shownName(undefined, tablespace);
    return destination.tablespaces.has(tablespace)
      ? `${destination.roles.user} may not create in the tablespace ${name}: it goes to the usual one.`
      : `The destination has no tablespace ${name}: it goes to the usual one.`;
  }

  #renamed(sql: string): string {
    const { source, destination } = this.#options.ends;
    return aboutDatabase(sql, source.database, destination.database);
  }
}

/** pg_dump creates a subscription disabled, and tells the publisher nothing of it. */
const SLOT_REMARK =
  "It is created disabled and names the slot of the source's, which dropping it would drop: at the destination, ALTER SUBSCRIPTION … SET (slot_name = NONE) before.";

/** Whether a subscription is tied to a slot of its publisher. */
function hasSlot(definition: string): boolean {
  const words = meaningful(definition);
  const at = words.findIndex((word) => isWord(word, "slot_name"));
  return at >= 0 && !isWord(words[at + 2], "none");
}

function isAboutDatabase({ type, tag }: DumpEntry): boolean {
  return type === "DATABASE PROPERTIES" || (["COMMENT", "ACL", "SECURITY LABEL"].includes(type) && tag.startsWith("DATABASE "));
}
