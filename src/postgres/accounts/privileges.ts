import type { PostgresSync } from "../../core/sync-plan.ts";
import type { DatabaseKind } from "../../driver/database-action.ts";
import { isWord, meaningful, nameOf, splitStatements, type Token } from "../dump/lexer.ts";
import { quoteName, shownName } from "../names.ts";
import { listed } from "./role-definition.ts";

export interface AdaptPrivilegesOptions {
  /** What pg_dump wrote for an `ACL` or a `DEFAULT ACL`. */
  readonly sql: string;
  /** Roles that are at the destination, or will be. */
  readonly available: ReadonlySet<string>;
  /** Roles as which whoever applies can act. */
  readonly ownable: ReadonlySet<string>;
  /** Superusers of the source: never a grantor at the destination. */
  readonly superusers: ReadonlySet<string>;
  /** Whoever applies. */
  readonly user: string;
}

export interface AdaptedPrivileges {
  /** "" where nothing is left. */
  readonly sql: string;
  readonly remark: string | undefined;
}

/** Writes privileges for another server: without the roles that are not there, and without `SET SESSION AUTHORIZATION`, which only superusers may. */
export function adaptPrivileges({ sql, available, ownable, superusers, user }: AdaptPrivilegesOptions): AdaptedPrivileges {
  const missing = new Set<string>();
  const grantors = new Set<string>();
  const kept: string[] = [];
  /** Of the statements that follow; undefined: the object's owner. */
  let grantor: string | undefined;
  const mayAct = (role: string) => available.has(role) && ownable.has(role) && !superusers.has(role);
  const keep = (statement: string) => {
    if (grantor !== undefined && !mayAct(grantor)) grantors.add(grantor);
    kept.push(...(grantor === undefined || !mayAct(grantor) ? [statement] : [`SET ROLE ${quoteName(grantor)};`, statement, "RESET ROLE;"]));
  };

  for (const statement of splitStatements(sql)) {
    const words = meaningful(statement);
    if (words.length === 0) continue;
    const authorization = sessionAuthorization(words);
    if (authorization !== undefined) {
      grantor = authorization.role;
      continue;
    }
    const owner = defaultsOwner(words);
    if (owner === undefined) {
      const text = withGrantees(statement, words, available, missing);
      if (text !== undefined) keep(text);
    } else if (superusers.has(owner.role) && owner.role !== user) {
      // What a superuser owned is owned by whoever applies, and so are its defaults.
      const text = withGrantees(statement, words, available, missing);
      if (text === undefined) continue;
      grantors.add(owner.role);
      keep(withoutWords(text, owner.from, owner.to));
    } else if (available.has(owner.role) && (ownable.has(owner.role) || owner.role === user)) {
      const text = withGrantees(statement, words, available, missing);
      if (text !== undefined) keep(text);
    } else missing.add(owner.role);
  }
  return { sql: kept.join("\n"), remark: remarkOf(missing, grantors) };
}

function remarkOf(missing: ReadonlySet<string>, grantors: ReadonlySet<string>): string | undefined {
  const named = (roles: ReadonlySet<string>) => listed([...roles].map((role) => shownName(undefined, role)));
  const remarks: string[] = [];
  if (missing.size > 0) remarks.push(`Left out for ${named(missing)}: not at the destination, or not in the power of whoever applies.`);
  if (grantors.size > 0) remarks.push(`Granted by whoever applies, and not by ${named(grantors)}.`);
  return remarks.join(" ") || undefined;
}

/** @returns the role that is to grant, undefined in it where that ends; undefined for any other statement */
function sessionAuthorization([first, second, third, role]: readonly Token[]): { readonly role: string | undefined } | undefined {
  if (!isWord(second, "session") || !isWord(third, "authorization")) return undefined;
  if (isWord(first, "reset") || (isWord(first, "set") && isWord(role, "default"))) return { role: undefined };
  return isWord(first, "set") && role !== undefined ? { role: nameOf(role) } : undefined;
}

/** Of `ALTER DEFAULT PRIVILEGES FOR ROLE x`: the role, and where `FOR ROLE x` stands. */
function defaultsOwner(words: readonly Token[]): { readonly role: string; readonly from: number; readonly to: number } | undefined {
  if (!["alter", "default", "privileges", "for"].every((word, at) => isWord(words[at], word))) return undefined;
  const role = words[5] && nameOf(words[5]);
  return role === undefined ? undefined : { role, from: 3, to: 6 };
}

/**
 * A GRANT or REVOKE for the roles that are there.
 *
 * @param missing takes the others
 * @returns undefined where none of them is there
 */
function withGrantees(statement: string, words: readonly Token[], available: ReadonlySet<string>, missing: Set<string>): string | undefined {
  // TO and FROM are reserved: as a name either stands in quotes.
  const at = words.findLastIndex((token) => isWord(token, "to") || isWord(token, "from"));
  if (at < 0) return statement.trim();
  // Names between commas: what follows the last of them, such as WITH GRANT OPTION, is no name.
  let end = at + 2;
  while (words[end]?.text === ",") end += 2;
  const grantees = words.slice(at + 1, end).filter(({ text }) => text !== ",");
  const there = grantees.filter((token) => {
    const role = nameOf(token) ?? "";
    if (isWord(token, "public") || available.has(role)) return true;
    missing.add(role);
    return false;
  });
  if (there.length === 0) return undefined;
  if (there.length === grantees.length) return statement.trim();
  const head = words.slice(0, at + 1);
  return `${textOf([...head, ...there.flatMap((token, place): Token[] => (place === 0 ? [token] : [COMMA, token])), ...words.slice(end)])};`;
}

const COMMA: Token = { kind: "symbol", text: "," };

function withoutWords(statement: string, from: number, to: number): string {
  return `${textOf(meaningful(statement).filter((_, at) => at < from || at >= to))};`;
}

/** Dots, parentheses and brackets may stand apart from what they belong to. */
function textOf(words: readonly Token[]): string {
  return words.map(({ text }) => text).join(" ");
}

export interface PrivilegeQuestion {
  readonly sync: Pick<PostgresSync, "level"> & { readonly objects: Pick<PostgresSync["objects"], "include"> };
  readonly kind: DatabaseKind;
  /** As in pg_dump's entry: `SCHEMA public`, `TABLE users`. */
  readonly tag: string;
}

/**
 * Whether privileges are synced at all. Those of the schema public are not, unless everything is; default
 * privileges are none of a table's. Those of a schema that is there already go along at either level.
 *
 * @returns why not; undefined where they are
 */
export function privilegeDecision({ sync, kind, tag }: PrivilegeQuestion): { readonly reason: string; readonly remark: string } | undefined {
  if (kind === "default-privilege" && sync.level === "table") {
    return { reason: "table-level", remark: "Default privileges are not synced at table level." };
  }
  if (kind === "privilege" && tag === "SCHEMA public" && sync.objects.include !== "all") {
    return { reason: "public-schema", remark: "Privileges of the schema public are not synced: `objects: { include: all }` takes them along." };
  }
  return undefined;
}

/** Leaves `ALTER ROLE … IN DATABASE … SET` out of a database's properties: they are actions of their own. */
export function withoutRoleSettings(sql: string): string {
  return splitStatements(sql)
    .filter((statement) => {
      const [first, second] = meaningful(statement);
      return !(isWord(first, "alter") && (isWord(second, "role") || isWord(second, "user")));
    })
    .join("");
}
