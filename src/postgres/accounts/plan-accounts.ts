import type { Action } from "../../changeset/action.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import { type DatabaseDetail, readDatabaseDetail, writeDatabaseDetail } from "../../driver/database-action.ts";
import { lackingRemark } from "../catalog/label-providers.ts";
import { quoteLiteral, quoteName, shownName } from "../names.ts";
import { fingerprintOf } from "../plan/definition.ts";
import { planMemberships } from "./plan-memberships.ts";
import { defineRole, defineSettings, hasVerifier, openSettings } from "./role-definition.ts";
import { MEMBERSHIP_OPTIONS_FROM, type Role, type RoleCatalog } from "./roles.ts";
import { borrowableRoles, grantedBy } from "./run-memberships.ts";
import { makeSelectRole, type SelectRole } from "./select-roles.ts";

export interface PlanAccountsOptions {
  readonly source: RoleCatalog;
  readonly destination: RoleCatalog;
  readonly sync: Pick<PostgresSync, "accounts" | "level">;
  /** Roles that own something that is synced, or are granted something on it. */
  readonly used: ReadonlySet<string>;
  /** Of security labels, that the destination's server has not loaded; undefined: it has all. */
  readonly lackingProviders?: ReadonlySet<string> | undefined;
  /** The destination's database, which may still have to be created; undefined: that of its session. */
  readonly database?: string | undefined;
}

export interface PlannedAccounts {
  /** Kinds `role`, `security-label`, `database-setting` and `membership`, each in an order in which they can be done. */
  readonly actions: readonly Action[];
  /** Roles that are at the destination, or will be: what is granted to others is left out. */
  readonly available: ReadonlySet<string>;
  /** Roles that whoever applies can make owners, or act as. Whether they were superusers at the source is not looked at. */
  readonly ownable: ReadonlySet<string>;
  /** Those among them of which it has to be made a member before, for the time of a run, and what does. */
  readonly borrowable: ReadonlyMap<string, Action>;
}

interface Left {
  readonly reason: string;
  readonly remark: string;
}

/**
 * Decides about every role of the source's server. A role that is at the destination is left as it is;
 * no role gets SUPERUSER, REPLICATION or BYPASSRLS; superusers' memberships stay behind.
 */
export function planAccounts(options: PlanAccountsOptions): PlannedAccounts {
  const { source, destination, sync, used, database = destination.database } = options;
  const select = makeSelectRole(sync.accounts);
  const available = new Set(destination.names);
  const created = new Set<string>();
  const roles: Action[] = [];
  for (const role of source.roles) {
    if (destination.names.has(role.name)) {
      if (select(role.name) || used.has(role.name)) roles.push(existing(role, destination));
      continue;
    }
    const left = whyLeft(role, destination, select);
    if (left !== undefined) {
      // What was not asked for and matters to nothing is not worth a word.
      if (left.reason !== "excluded" || used.has(role.name))
        roles.push(roleAction("notSynced", left.reason, role, { remark: `${left.remark}${consequence(role, used)}` }));
      continue;
    }
    const { ddl, remarks } = defineRole({ role, target: destination });
    roles.push(roleAction("create", "absent", role, { ddl, remark: remarks.join(" ") || undefined }));
    available.add(role.name);
    created.add(role.name);
  }
  const memberships = planMemberships({ source, destination, select, available, created });
  const lasting = new Set(memberships.flatMap((action) => lastingRole(action) ?? []));
  const borrowable = borrowableRoles({ source, destination, created, lasting });
  const own = destination.isSuperuser
    ? [...destination.names, ...created]
    : [...destination.settable, ...lasting, ...(destination.grantsCreated ? created : [])];
  return {
    actions: [
      ...roles,
      ...absentNames(sync, source).map((name) => notFound(name)),
      ...source.roles.filter(({ name }) => created.has(name)).flatMap((role) => labelActions(role, options.lackingProviders ?? new Set())),
      ...(sync.level === "database" ? source.roles.flatMap((role) => databaseSettings(role, { destination, database, select, available, created })) : []),
      ...memberships,
    ],
    available,
    ownable: new Set([...own, ...borrowable.keys()]),
    borrowable,
  };
}

/** The role of which whoever applies becomes a member for good, before it needs to be one. */
function lastingRole({ action, detail: text }: Action): string | undefined {
  const detail = readDatabaseDetail(text);
  return action === "create" && detail?.phase === "accounts" ? grantedBy(detail)?.role : undefined;
}

function whyLeft({ name, isSystem }: Role, destination: RoleCatalog, select: SelectRole): Left | undefined {
  if (!select(name)) return { reason: "excluded", remark: "The plan leaves it out, and the destination has no such role." };
  if (isSystem) return { reason: "system-role", remark: "It belongs to the source's server." };
  if (name === "public" || name === "none") return { reason: "reserved", remark: "The name means something else to PostgreSQL." };
  if (destination.mayCreateRoles) return undefined;
  return {
    reason: "permission",
    remark: `${destination.user} may not create roles at the destination: there, ALTER ROLE ${quoteName(destination.user)} CREATEROLE, or create this one yourself.`,
  };
}

function consequence({ name }: Role, used: ReadonlySet<string>): string {
  return used.has(name) ? " What it owns will be owned by whoever applies, and what is granted to it is left out." : "";
}

/** Exact names that the plan asks for and the source does not have. */
function absentNames({ accounts: { include } }: Pick<PostgresSync, "accounts">, source: RoleCatalog): readonly string[] {
  return typeof include === "string" ? [] : include.filter((name) => !name.includes("*") && !source.names.has(name));
}

function notFound(name: string): Action {
  const detail = writeDatabaseDetail({ kind: "role", name, remark: "The source has no such role." });
  return { action: "notSynced", key: `role ${shownName(undefined, name)}`, reason: "not-found", bytes: 0, source: undefined, destination: undefined, detail };
}

function existing(role: Role, destination: RoleCatalog): Action {
  const other = destination.roles.find(({ name }) => name === role.name);
  const differing = other === undefined ? [] : ATTRIBUTES.filter((name) => role[name] !== other[name]);
  const remark =
    differing.length === 0 ? undefined : `It is left as it is, and differs from the source's in ${differing.map((name) => WORDS[name]).join(", ")}.`;
  return roleAction("skip", "exists", role, { remark });
}

const WORDS = {
  inherit: "INHERIT",
  createRole: "CREATEROLE",
  createDatabase: "CREATEDB",
  login: "LOGIN",
  connectionLimit: "CONNECTION LIMIT",
  validUntil: "VALID UNTIL",
} as const;
const ATTRIBUTES = Object.keys(WORDS) as readonly (keyof typeof WORDS)[];

function roleAction(action: Action["action"], reason: string, role: Role, more: Pick<DatabaseDetail, "ddl" | "remark">): Action {
  return {
    action,
    key: `role ${shownName(undefined, role.name)}`,
    reason,
    bytes: 0,
    source: { fingerprint: roleFingerprint(role) },
    destination: undefined,
    detail: writeDatabaseDetail({ kind: "role", name: role.name, ...more }),
  };
}

/** Of everything that a role is created from. Another password is the same role; one more or less is another. */
export function roleFingerprint(role: Role): string {
  return fingerprintOf(
    JSON.stringify([role.name, ...ATTRIBUTES.map((name) => role[name] ?? null), hasVerifier(role), openSettings(role.settings), role.comment ?? null]),
  );
}

function labelActions({ name, labels }: Role, lackingProviders: ReadonlySet<string>): Action[] {
  if (labels.length === 0) return [];
  const lacking = labels.filter(({ provider }) => lackingProviders.has(provider)).map(({ provider }) => provider);
  const ddl = labels
    .filter(({ provider }) => !lacking.includes(provider))
    .map(({ provider, label }) => `SECURITY LABEL FOR ${quoteName(provider)} ON ROLE ${quoteName(name)} IS ${quoteLiteral(label)};`)
    .join("\n");
  const remark = lacking.length === 0 ? undefined : lackingRemark(lacking);
  const detail = writeDatabaseDetail({ kind: "security-label", name, ...(ddl === "" ? { remark } : { phase: "finish", ddl, remark }) });
  return [
    {
      action: ddl === "" ? "notSynced" : "create",
      key: `security-label ROLE ${shownName(undefined, name)}`,
      reason: ddl === "" ? "no-label-provider" : "absent",
      bytes: 0,
      source: { fingerprint: fingerprintOf(ddl) },
      destination: undefined,
      detail,
    },
  ];
}

interface DatabaseSettingsOptions {
  readonly destination: RoleCatalog;
  readonly database: string;
  readonly select: SelectRole;
  readonly available: ReadonlySet<string>;
  readonly created: ReadonlySet<string>;
}

/** `ALTER ROLE … IN DATABASE … SET`: they belong to the database as much as to the role, so that they go along for roles that exist. */
function databaseSettings(role: Role, { destination, database, select, available, created }: DatabaseSettingsOptions): Action[] {
  const { name, databaseSettings: settings } = role;
  if (settings.length === 0 || !select(name) || !available.has(name)) return [];
  const other = destination.database === database ? destination.roles.find((each) => each.name === name) : undefined;
  const { clauses, remarks } = defineSettings(settings, destination);
  const ddl = clauses.map((clause) => `ALTER ROLE ${quoteName(name)} IN DATABASE ${quoteName(database)} ${clause};`).join("\n");
  const action = (kind: Action["action"], reason: string, more: Pick<DatabaseDetail, "ddl" | "remark">): Action[] => [
    {
      action: kind,
      key: `database-setting ROLE ${shownName(undefined, name)}`,
      reason,
      bytes: 0,
      source: { fingerprint: fingerprintOf(JSON.stringify(openSettings(settings))) },
      destination: undefined,
      detail: writeDatabaseDetail({ kind: "database-setting", name, ...more }),
    },
  ];
  if (other !== undefined && other.databaseSettings.length > 0) {
    const isEqual = JSON.stringify(openSettings(other.databaseSettings)) === JSON.stringify(openSettings(settings));
    return action("skip", isEqual ? "identical" : "exists", {
      remark: isEqual ? undefined : "It has other settings in the destination's database: they are left as they are.",
    });
  }
  if (ddl === "") return action("notSynced", "permission", { remark: remarks.join(" ") });
  if (!mayAlter(role, destination, created)) {
    return action("notSynced", "permission", { remark: `${destination.user} may not alter ${name} at the destination.` });
  }
  return action("create", "absent", { ddl, remark: remarks.join(" ") || undefined });
}

function mayAlter({ name }: Role, destination: RoleCatalog, created: ReadonlySet<string>): boolean {
  if (destination.isSuperuser || created.has(name) || name === destination.user) return true;
  if (destination.roles.some((role) => role.name === name && role.superuser)) return false;
  return destination.mayCreateRoles && (destination.version < MEMBERSHIP_OPTIONS_FROM || destination.administered.has(name));
}
