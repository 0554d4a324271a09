import { isSecretSetting } from "../dump/secrets.ts";
import { quoteLiteral, quoteName } from "../names.ts";
import { passwordReference } from "./read-roles.ts";
import { MEMBERSHIP_OPTIONS_FROM, type Role, type RoleCatalog, type RoleSetting } from "./roles.ts";

export interface RoleDefinition {
  /** Statements, each on a line of its own. The password is its reference. */
  readonly ddl: string;
  /** What is left out and what to know, as sentences. */
  readonly remarks: readonly string[];
}

/** What the server that is to hold a role allows. */
export type Target = Pick<RoleCatalog, "version" | "user" | "isSuperuser" | "mayCreateDatabases" | "passwordEncryption" | "parameters">;

export interface DefineRoleOptions {
  readonly role: Role;
  readonly target: Target;
}

/**
 * Writes what creates a role on a server. SUPERUSER, REPLICATION and BYPASSRLS are never part of it.
 *
 * @see https://www.postgresql.org/docs/current/sql-createrole.html
 */
export function defineRole({ role, target }: DefineRoleOptions): RoleDefinition {
  const name = quoteName(role.name);
  const remarks: string[] = [];
  const never = [role.superuser && "SUPERUSER", role.replication && "REPLICATION", role.bypassRls && "BYPASSRLS"].filter((word) => word !== false);
  if (never.length > 0) remarks.push(`${listed(never)} ${never.length === 1 ? "is" : "are"} never synced: the role is created without.`);
  const createsDatabases = role.createDatabase && (target.mayCreateDatabases || target.version < MEMBERSHIP_OPTIONS_FROM);
  if (role.createDatabase && !createsDatabases) remarks.push(`CREATEDB is left out: ${target.user} has it not, and so may not give it.`);
  const password = passwordRemark(role, target);
  if (password !== undefined) remarks.push(password);

  const words = [
    role.login && "LOGIN",
    !role.inherit && "NOINHERIT",
    role.createRole && "CREATEROLE",
    createsDatabases && "CREATEDB",
    role.connectionLimit !== -1 && `CONNECTION LIMIT ${role.connectionLimit}`,
    hasVerifier(role) && `PASSWORD ${quoteLiteral(passwordReference(role.name))}`,
    role.validUntil !== undefined && `VALID UNTIL ${quoteLiteral(role.validUntil)}`,
  ].filter((word) => word !== false);
  const statements = [`CREATE ROLE ${[name, ...words].join(" ")};`];
  const settings = defineSettings(role.settings, target);
  remarks.push(...settings.remarks);
  statements.push(...settings.clauses.map((clause) => `ALTER ROLE ${name} ${clause};`));
  if (role.comment !== undefined) statements.push(`COMMENT ON ROLE ${name} IS ${quoteLiteral(role.comment)};`);
  return { ddl: statements.join("\n"), remarks };
}

/** Whether what the server keeps of the password can be carried. */
export function hasVerifier({ password }: Role): boolean {
  return password === "scram-sha-256" || password === "md5";
}

function passwordRemark({ login, password }: Role, { passwordEncryption }: Target): string | undefined {
  switch (password) {
    case "unknown":
      return login ? "It is created without its password, since pg_authid may not be read at the source: set one, or nobody can log in." : undefined;
    case "other":
      return "It is created without its password, of which the source keeps something unknown: set one, or nobody can log in.";
    case "md5":
      return passwordEncryption === "md5"
        ? undefined
        : "Its password is kept as MD5, as at the source: it works only where the destination's pg_hba.conf takes md5.";
    case "none":
    case "scram-sha-256":
      return undefined;
  }
}

export interface SettingsDefinition {
  /** `SET "name" TO 'value'`, to follow `ALTER ROLE name`. */
  readonly clauses: readonly string[];
  readonly remarks: readonly string[];
}

/** Writes the settings that a server knows and its role may set. */
export function defineSettings(settings: readonly RoleSetting[], { isSuperuser, parameters, user }: Target): SettingsDefinition {
  const clauses: string[] = [];
  const unknown: string[] = [];
  const forbidden: string[] = [];
  const secret = settings.filter(({ name }) => isSecretSetting(name)).map(({ name }) => name);
  for (const { name, value } of openSettings(settings)) {
    const may = HIDDEN_SETTINGS.has(name.toLowerCase()) || parameters.get(name);
    // A name with a dot is an extension's or an application's own, and only a superuser may set one that no module has declared.
    if (may === true || (may === undefined && name.includes(".") && isSuperuser))
      clauses.push(`SET ${name.split(".").map(quoteName).join(".")} TO ${settingValue(name, value)}`);
    else if (may === false || name.includes(".")) forbidden.push(name);
    else unknown.push(name);
  }
  const remarks: string[] = [];
  if (secret.length > 0) remarks.push(`${listed(secret)} looks like a secret, which no changeset may hold: left out.`);
  if (unknown.length > 0) remarks.push(`The destination has no setting ${listed(unknown)}: left out.`);
  if (forbidden.length > 0) remarks.push(`${user} may not set ${listed(forbidden)} at the destination: left out.`);
  return { clauses, remarks };
}

/** Without those that look like secrets. */
export function openSettings(settings: readonly RoleSetting[]): readonly RoleSetting[] {
  return settings.filter(({ name }) => !isSecretSetting(name));
}

/** Known to every server, and in no list of settings. */
const HIDDEN_SETTINGS: ReadonlySet<string> = new Set(["role", "session_authorization"]);

/**
 * Settings whose text is a list of names: quoted as one text they would be one name.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/dumputils.c variable_is_guc_list_quote
 */
const LISTS: ReadonlySet<string> = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

function settingValue(name: string, value: string): string {
  if (!LISTS.has(name.toLowerCase())) return quoteLiteral(value);
  const names = listOf(value);
  return names === undefined || names.length === 0 ? quoteLiteral(value) : names.map(quoteLiteral).join(", ");
}

/** @returns undefined where the text is no list of names */
function listOf(text: string): readonly string[] | undefined {
  const names: string[] = [];
  const element = /\s*(?:"((?:[^"]|"")*)"|([^\s",]+))\s*(,|$)/y;
  for (;;) {
    const match = element.exec(text);
    if (!match) return undefined;
    names.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "") return names;
  }
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
