import { Secret } from "../../core/secret.ts";
import type { Session } from "../connect/session.ts";
import { type Membership, MEMBERSHIP_OPTIONS_FROM, type PasswordKind, type Role, type RoleCatalog, type RoleSetting } from "./roles.ts";

const PARAMETER_PRIVILEGES_FROM = 150_000;
/** OID of the role that initdb makes, `BOOTSTRAP_SUPERUSERID`. */
const SYSTEM_ROLE = 10;

interface RoleRow {
  readonly name: string;
  readonly system: boolean;
  readonly superuser: boolean;
  readonly inherit: boolean;
  readonly create_role: boolean;
  readonly create_database: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypass_rls: boolean;
  readonly connection_limit: number;
  readonly valid_until: string | null;
  readonly comment: string | null;
  readonly settings: readonly string[] | null;
  readonly database_settings: readonly string[] | null;
  readonly administered: boolean;
  readonly settable: boolean;
  readonly inherited: boolean;
}

/** Reads all roles of a session's server, and the settings that they have in its database. */
export async function readRoles(session: Session): Promise<RoleCatalog> {
  const { version } = session;
  const [own] = await session.query<{ user: string; self_grant: string; encryption: string; readable: boolean }>(`
    SELECT current_user::text AS "user", coalesce(pg_catalog.current_setting('createrole_self_grant', true), '') AS self_grant, pg_catalog.current_setting('password_encryption') AS encryption,
      pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolname', 'SELECT')
        AND pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT') AS readable`);
  const { user = "", self_grant: selfGrant = "", encryption = "", readable = false } = own ?? {};
  const rows = await session.query<RoleRow>(rolesQuery(version));
  const passwords = readable ? await readPasswordKinds(session) : undefined;
  const labels = await session.query<{ name: string; provider: string; label: string }>(`
    SELECT r.rolname::text AS name, l.provider, l.label FROM pg_catalog.pg_shseclabel l JOIN pg_catalog.pg_roles r ON r.oid = l.objoid
    WHERE l.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass ORDER BY 1, 2`);
  const labelsOf = Map.groupBy(labels, ({ name }) => name);
  const me = rows.find(({ name }) => name === user);
  const isSuperuser = me?.superuser ?? false;
  const named = (is: (row: RoleRow) => boolean) => new Set(rows.filter(is).map(({ name }) => name));
  return {
    version,
    database: session.database,
    user,
    isSuperuser,
    mayCreateRoles: isSuperuser || (me?.create_role ?? false),
    mayCreateDatabases: isSuperuser || (me?.create_database ?? false),
    passwordsReadable: readable,
    passwordEncryption: encryption === "on" ? "md5" : encryption,
    roles: rows
      .filter(({ name }) => !name.startsWith("pg_"))
      .map((row) =>
        roleOf(
          row,
          passwords?.get(row.name),
          (labelsOf.get(row.name) ?? []).map(({ provider, label }) => ({ provider, label })),
        ),
      ),
    names: named(() => true),
    memberships: await readMemberships(session),
    administered: named(({ administered }) => administered),
    settable: named(({ settable }) => settable),
    inherited: named(({ inherited }) => inherited),
    grantsCreated: selfGrant.includes("set") && selfGrant.includes("inherit"),
    parameters: await readParameters(session, isSuperuser),
  };
}

/** @see https://www.postgresql.org/docs/current/view-pg-roles.html and catalog-pg-db-role-setting.html */
function rolesQuery(version: number): string {
  const settable = version >= MEMBERSHIP_OPTIONS_FROM ? "SET" : "MEMBER";
  return `
    SELECT r.rolname::text AS name, r.oid = ${SYSTEM_ROLE} AS system, r.rolsuper AS superuser, r.rolinherit AS inherit,
      r.rolcreaterole AS create_role, r.rolcreatedb AS create_database, r.rolcanlogin AS login, r.rolreplication AS replication,
      r.rolbypassrls AS bypass_rls, r.rolconnlimit AS connection_limit,
      CASE WHEN pg_catalog.isfinite(r.rolvaliduntil)
        THEN pg_catalog.to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'
        ELSE r.rolvaliduntil::text END AS valid_until,
      pg_catalog.shobj_description(r.oid, 'pg_authid') AS comment,
      (SELECT s.setconfig FROM pg_catalog.pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0) AS settings,
      (SELECT s.setconfig FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
        WHERE s.setrole = r.oid AND d.datname = pg_catalog.current_database()) AS database_settings,
      pg_catalog.pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION') AS administered,
      pg_catalog.pg_has_role(r.oid, '${settable}') AS settable,
      pg_catalog.pg_has_role(r.oid, 'USAGE') AS inherited
    FROM pg_catalog.pg_roles r ORDER BY r.rolname::text COLLATE "C"`;
}

/** What each password is. The verifiers themselves do not travel. */
async function readPasswordKinds(session: Session): Promise<ReadonlyMap<string, PasswordKind>> {
  const rows = await session.query<{ name: string; kind: PasswordKind }>(`
    SELECT rolname::text AS name, CASE WHEN rolpassword IS NULL THEN 'none'
      WHEN rolpassword ~ '^SCRAM-SHA-256[$][0-9]+:[^$]+[$][^:]+:.+$' THEN 'scram-sha-256'
      WHEN rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5' ELSE 'other' END AS kind
    FROM pg_catalog.pg_authid`);
  return new Map(rows.map(({ name, kind }) => [name, kind]));
}

async function readMemberships(session: Session): Promise<readonly Membership[]> {
  const options =
    session.version >= MEMBERSHIP_OPTIONS_FROM ? "m.inherit_option AS inherit, m.set_option AS set" : "NULL::boolean AS inherit, NULL::boolean AS set";
  const rows = await session.query<{ role: string; member: string; grantor: string; admin: boolean; inherit: boolean | null; set: boolean | null }>(`
    SELECT r.rolname::text AS role, u.rolname::text AS member, coalesce(g.rolname::text, '') AS grantor, m.admin_option AS admin, ${options}
    FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.roleid JOIN pg_catalog.pg_roles u ON u.oid = m.member
      LEFT JOIN pg_catalog.pg_roles g ON g.oid = m.grantor
    ORDER BY r.rolname::text COLLATE "C", u.rolname::text COLLATE "C", 3`);
  return rows.map(({ inherit, set, ...row }) => ({ ...row, inherit: inherit ?? undefined, set: set ?? undefined }));
}

async function readParameters(session: Session, isSuperuser: boolean): Promise<ReadonlyMap<string, boolean>> {
  const granted = session.version >= PARAMETER_PRIVILEGES_FROM ? "pg_catalog.has_parameter_privilege(name, 'SET')" : "false";
  const rows = await session.query<{ name: string; may: boolean }>(
    `SELECT name, ${isSuperuser} OR context IN ('user', 'backend') OR (context LIKE 'superuser%' AND ${granted}) AS may FROM pg_catalog.pg_settings`,
  );
  return new Map(rows.map(({ name, may }) => [name, may]));
}

function roleOf(row: RoleRow, password: PasswordKind = "unknown", labels: Role["labels"]): Role {
  return {
    name: row.name,
    isSystem: row.system,
    superuser: row.superuser,
    inherit: row.inherit,
    createRole: row.create_role,
    createDatabase: row.create_database,
    login: row.login,
    replication: row.replication,
    bypassRls: row.bypass_rls,
    connectionLimit: row.connection_limit,
    validUntil: row.valid_until ?? undefined,
    password,
    settings: settingsOf(row.settings),
    databaseSettings: settingsOf(row.database_settings),
    comment: row.comment ?? undefined,
    labels,
  };
}

/** `name=value`; the value may hold further signs. */
function settingsOf(config: readonly string[] | null): readonly RoleSetting[] {
  return (config ?? []).map((setting) => {
    const at = setting.indexOf("=");
    return { name: setting.slice(0, at), value: setting.slice(at + 1) };
  });
}

/**
 * Reads what a server keeps of a role's password.
 *
 * @returns undefined where the role is not there, or has no password
 * @throws the server's error where pg_authid may not be read
 */
export async function readVerifier(session: Session, role: string): Promise<Secret | undefined> {
  const [row] = await session.query<{ verifier: string | null }>("SELECT rolpassword AS verifier FROM pg_catalog.pg_authid WHERE rolname = $1", [role]);
  return row?.verifier ? new Secret(row.verifier, passwordReference(role)) : undefined;
}

/** How a password is written wherever it would stand: `${password of alice}`. */
export function passwordReference(role: string): string {
  return `\${password of ${role}}`;
}
