import type { PostgresSync } from "../../core/sync-plan.ts";
import type { DatabaseKind } from "../../driver/database-action.ts";
import type { PlannedAccounts } from "../accounts/plan-accounts.ts";
import { adaptPrivileges, privilegeDecision, withoutRoleSettings } from "../accounts/privileges.ts";
import type { DumpEntry } from "../dump/archive.ts";
import type { Ends } from "../ends.ts";
import { aboutDatabase, createDatabaseStatement } from "./database.ts";
import { definitionOf, ownerOfDatabase } from "./definition.ts";
import { languageStatement } from "./languages.ts";
import type { LeftBehind } from "./never-synced.ts";
import { withoutNotNullConstraints } from "./not-null.ts";
import type { DestinationFacts, SourceFacts } from "./read-ends.ts";

/** What is to be run for an object, or why nothing is. */
export type Adapted = { readonly ddl: string; readonly remark?: string | undefined } | { readonly left: LeftBehind };

export interface AdaptOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly source: SourceFacts;
  readonly destination: DestinationFacts;
  readonly accounts: PlannedAccounts;
}

/** Makes definitions of the source fit the destination: its database's name, its roles, its version. */
export class Adaptation {
  readonly #options: AdaptOptions;

  constructor(options: AdaptOptions) {
    this.#options = options;
  }

  adapt(entry: DumpEntry, kind: DatabaseKind): Adapted {
    const { sync, ends, source, destination, accounts } = this.#options;
    switch (kind) {
      case "database": {
        const owner = this.mayOwn(entry.owner) ? entry.owner : undefined;
        return { ddl: createDatabaseStatement(entry, ends.destination.database, destination.version) + ownerOfDatabase(owner) };
      }
      case "database-setting":
        return { ddl: this.#renamed(withoutRoleSettings(definitionOf(entry)).trim()) };
      case "privilege":
      case "default-privilege": {
        const left = privilegeDecision({ sync, kind, tag: entry.tag });
        if (left !== undefined) return { left };
        const { available, ownable } = accounts;
        const { sql, remark } = adaptPrivileges({
          sql: definitionOf(entry),
          available,
          ownable,
          superusers: source.special.superusers,
          user: destination.roles.user,
        });
        if (sql === "") return { left: { reason: "no-account", remark: remark ?? "The roles that it is about are not at the destination." } };
        return { ddl: isAboutDatabase(entry) ? this.#renamed(sql) : sql, remark };
      }
      case "language":
        return { ddl: languageStatement(entry, source.special.languages.get(entry.oid)) };
      case "table":
      case "foreign-table":
        return { ddl: withoutNotNullConstraints(definitionOf(entry), entry, destination.version) };
      default:
        return { ddl: isAboutDatabase(entry) ? this.#renamed(definitionOf(entry)) : definitionOf(entry) };
    }
  }

  /** A definition at the destination in the source's words: where it names the database itself. */
  asAtSource(existing: DumpEntry): string {
    const { source, destination } = this.#options.ends;
    const definition = definitionOf(existing);
    return isAboutDatabase(existing) ? aboutDatabase(definition, destination.database, source.database) : definition;
  }

  /** An owner that is a superuser is not synced, nor one that whoever applies cannot make an owner. */
  mayOwn(role: string): boolean {
    const { source, accounts } = this.#options;
    return !source.special.superusers.has(role) && accounts.ownable.has(role) && accounts.available.has(role);
  }

  #renamed(sql: string): string {
    const { source, destination } = this.#options.ends;
    return aboutDatabase(sql, source.database, destination.database);
  }
}

function isAboutDatabase({ type, tag }: DumpEntry): boolean {
  return type === "DATABASE PROPERTIES" || (["COMMENT", "ACL", "SECURITY LABEL"].includes(type) && tag.startsWith("DATABASE "));
}
