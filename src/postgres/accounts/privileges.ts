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
  /** Who owns the object at either end; undefined: the same role, or not known. */
  readonly owners?: Owners | undefined;
}

interface Owners {
  readonly source: string;
  readonly destination: string;
}

export interface AdaptedPrivileges {
  /** "" where nothing is left. */
  readonly sql: string;
  /** What a server shows of it afterwards: taking from the source's owner what it has not at the destination leaves no trace. */
  readonly lasting: string;
  /** Roles as which it acts, other than whoever applies. */
  readonly actors: ReadonlySet<string>;
  /** Whether something is left out because a role is not there, or out of reach. */
  readonly isPartial: boolean;
  readonly remark: string | undefined;
}

/** A statement as it is to be run, and as the server shows it afterwards. */
interface Adapted {
  readonly text: string;
  readonly shown: string;
  readonly owners: Owners | undefined;
}

/** Roles about which there is something to say. */
interface Told {
  readonly missing: Set<string>;
  readonly grantors: Set<string>;
  readonly owning: Set<string>;
}

/**
 * Writes privileges for another server: without the roles that are not there, without `SET SESSION
 * AUTHORIZATION`, which only superusers may, and without what the owner at the destination has by itself,
 * which no server would note.
 */
export function adaptPrivileges(options: AdaptPrivilegesOptions): AdaptedPrivileges {
  const { sql, available, ownable, superusers } = options;
  const told: Told = { missing: new Set(), grantors: new Set(), owning: new Set() };
  const actors = new Set<string>();
  const kept: string[] = [];
  const lasting: string[] = [];
  /** Of the statements that follow; undefined: the object's owner. */
  let grantor: string | undefined;
  const mayAct = (role: string) => available.has(role) && ownable.has(role) && !superusers.has(role);

  for (const statement of splitStatements(sql)) {
    const words = meaningful(statement);
    if (words.length === 0) continue;
    const authorization = sessionAuthorization(words);
    if (authorization !== undefined) {
      grantor = authorization.role;
      continue;
    }
    const adapted = adaptStatement(statement, words, options, told);
    if (adapted === undefined) continue;
    const owners = adapted.owners?.source === adapted.owners?.destination ? undefined : adapted.owners;
    const { verb, grantee } = grantOf(words);
    if (owners !== undefined && verb === "grant" && grantee === owners.destination) {
      told.owning.add(grantee);
      continue;
    }
    let actor: string | undefined;
    if (grantor !== undefined && grantor !== owners?.destination) {
      if (mayAct(grantor)) actor = grantor;
      else told.grantors.add(grantor);
    }
    if (actor !== undefined) actors.add(actor);
    const by = (text: string) => (actor === undefined ? [text] : [`SET ROLE ${quoteName(actor)};`, text, "RESET ROLE;"]);
    kept.push(...by(adapted.text));
    if (!(owners !== undefined && verb === "revoke" && grantee === owners.source)) lasting.push(...by(adapted.shown));
  }
  return { sql: kept.join("\n"), lasting: lasting.join("\n"), actors, isPartial: told.missing.size > 0, remark: remarkOf(told) };
}

/** @returns undefined where nothing is left of it */
function adaptStatement(statement: string, words: readonly Token[], options: AdaptPrivilegesOptions, told: Told): Adapted | undefined {
  const { available, ownable, superusers, user } = options;
  const defaults = defaultsOwner(words);
  const isOutOfReach = defaults !== undefined && !(available.has(defaults.role) && (ownable.has(defaults.role) || defaults.role === user));
  const isOfSuperuser = defaults !== undefined && superusers.has(defaults.role) && defaults.role !== user;
  if (isOutOfReach && !isOfSuperuser) {
    told.missing.add(defaults.role);
    return undefined;
  }
  const text = withGrantees(statement, words, available, told.missing);
  if (text === undefined) return undefined;
  if (!isOfSuperuser) return { text, shown: text, owners: defaults === undefined ? options.owners : undefined };
  // What a superuser owned is owned by whoever applies, and so are its defaults.
  told.grantors.add(defaults.role);
  const all = meaningful(text);
  const [before, after] = [all.slice(0, defaults.from), all.slice(defaults.to)];
  const role: Token = { kind: "name", text: quoteName(user) };
  return {
    text: `${textOf([...before, ...after])};`,
    shown: `${textOf([...before, ...all.slice(defaults.from, defaults.to - 1), role, ...after])};`,
    owners: { source: defaults.role, destination: user },
  };
}

function remarkOf({ missing, grantors, owning }: Told): string | undefined {
  const named = (roles: ReadonlySet<string>) => listed([...roles].map((role) => shownName(undefined, role)));
  const remarks: string[] = [];
  if (missing.size > 0) remarks.push(`Left out for ${named(missing)}: not at the destination, or not in the power of whoever applies.`);
  if (owning.size > 0) remarks.push(`Left out for ${named(owning)}, who has it as the owner.`);
  if (grantors.size > 0) remarks.push(`Granted by whoever applies, and not by ${named(grantors)}.`);
  return remarks.join(" ") || undefined;
}

/** What a statement does, with or without `ALTER DEFAULT PRIVILEGES` before it, and for whom; pg_dump names one role at a time. */
function grantOf(words: readonly Token[]): { readonly verb: "grant" | "revoke" | undefined; readonly grantee: string | undefined } {
  const defaults = defaultsOwner(words);
  const start = defaults?.to ?? 0;
  const verbAt = isWord(words[start], "in") && isWord(words[start + 1], "schema") ? start + 3 : start;
  const verb = isWord(words[verbAt], "grant") ? "grant" : isWord(words[verbAt], "revoke") ? "revoke" : undefined;
  const grantee = words[granteesAt(words)];
  return { verb, grantee: grantee === undefined || isWord(grantee, "public") ? undefined : nameOf(grantee) };
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
  const at = granteesAt(words);
  if (at === 0) return statement.trim();
  // Names between commas: what follows the last of them, such as WITH GRANT OPTION, is no name.
  let end = at + 1;
  while (words[end]?.text === ",") end += 2;
  const grantees = words.slice(at, end).filter(({ text }) => text !== ",");
  const there = grantees.filter((token) => {
    const role = nameOf(token) ?? "";
    if (isWord(token, "public") || available.has(role)) return true;
    missing.add(role);
    return false;
  });
  if (there.length === 0) return undefined;
  if (there.length === grantees.length) return statement.trim();
  const head = words.slice(0, at);
  return `${textOf([...head, ...there.flatMap((token, place): Token[] => (place === 0 ? [token] : [COMMA, token])), ...words.slice(end)])};`;
}

/** Where the first role stands to which is granted or from which is revoked; 0: nowhere. */
function granteesAt(words: readonly Token[]): number {
  // TO and FROM are reserved: as a name either stands in quotes.
  return words.findLastIndex((token) => isWord(token, "to") || isWord(token, "from")) + 1;
}

const COMMA: Token = { kind: "symbol", text: "," };

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
