import type { Action } from "../../changeset/action.ts";
import { type DatabaseDetail, writeDatabaseDetail } from "../../driver/database-action.ts";
import { quoteName, shownName } from "../names.ts";
import { fingerprintOf } from "../plan/definition.ts";
import { listed } from "./role-definition.ts";
import { type Membership, MEMBERSHIP_OPTIONS_FROM, type Role, type RoleCatalog } from "./roles.ts";
import type { SelectRole } from "./select-roles.ts";

export interface PlanMembershipsOptions {
  readonly source: RoleCatalog;
  readonly destination: RoleCatalog;
  readonly select: SelectRole;
  /** Roles that are at the destination, or will be. */
  readonly available: ReadonlySet<string>;
  /** Those among them that are created. */
  readonly created: ReadonlySet<string>;
}

/** All grants of one role to another, as one. */
interface Merged {
  readonly role: string;
  readonly member: string;
  readonly grantors: readonly string[];
  readonly admin: boolean;
  readonly inherit: boolean;
  readonly set: boolean;
}

/** Decides about who becomes a member of what, in an order in which each grantor has what it grants. */
export function planMemberships({ source, destination, select, available, created }: PlanMembershipsOptions): Action[] {
  const superusers = new Set(source.roles.filter(({ superuser }) => superuser).map(({ name }) => name));
  const mayGrant = makeMayGrant(destination, created);
  const there = new Map(merge(destination).map((each) => [keyOf(each), each]));
  const actions: Action[] = [];
  const wanted: Merged[] = [];
  for (const membership of merge(source)) {
    const { role, member } = membership;
    if (!select(member)) continue;
    const left = whyLeft(membership, superusers, available, destination.user, mayGrant);
    const existing = there.get(keyOf(membership));
    if (existing !== undefined) actions.push(skip(membership, existing, destination));
    else if (left !== undefined) actions.push(actionOf("notSynced", left.reason, membership, { remark: left.remark }));
    else wanted.push({ ...membership, grantors: membership.grantors.filter((name) => name !== role && mayKeep(name, superusers, available, destination)) });
  }
  return [...actions, ...inGrantOrder(wanted, destination).map(({ membership, grantor }) => create(membership, grantor, destination))];
}

/** From 16 on each grantor has a grant of its own; together they give what the most generous options give. */
function merge({ memberships, roles, version }: RoleCatalog): Merged[] {
  const byName = new Map(roles.map((role) => [role.name, role]));
  return [...Map.groupBy(memberships, keyOf).values()].flatMap((grants) => {
    const [first] = grants;
    if (first === undefined) return [];
    return [
      {
        role: first.role,
        member: first.member,
        grantors: grants.map(({ grantor }) => grantor).filter((grantor) => grantor !== ""),
        admin: grants.some(({ admin }) => admin),
        inherit: version < MEMBERSHIP_OPTIONS_FROM ? inherits(byName.get(first.member)) : grants.some(({ inherit }) => inherit === true),
        set: version < MEMBERSHIP_OPTIONS_FROM || grants.some(({ set }) => set === true),
      },
    ];
  });
}

function inherits(member: Role | undefined): boolean {
  return member?.inherit ?? true;
}

function keyOf({ role, member }: Pick<Membership, "role" | "member">): string {
  return `membership ${nameOf({ role, member })}`;
}

function nameOf({ role, member }: Pick<Membership, "role" | "member">): string {
  return `${shownName(undefined, member)} in ${shownName(undefined, role)}`;
}

function whyLeft(
  { role, member }: Merged,
  superusers: ReadonlySet<string>,
  available: ReadonlySet<string>,
  user: string,
  mayGrant: (role: string) => boolean,
): { readonly reason: string; readonly remark: string } | undefined {
  const isSuper = [member, role].filter((name) => superusers.has(name));
  if (isSuper.length > 0) return { reason: "superuser", remark: `Memberships of superusers are never synced, and ${listed(isSuper)} is one at the source.` };
  const missing = [role, member].filter((name) => !available.has(name));
  if (missing.length > 0) return { reason: "no-account", remark: `The destination has no role ${listed(missing)}.` };
  if (mayGrant(role)) return undefined;
  return {
    reason: "permission",
    remark: `${user} may not grant ${role} at the destination: there, GRANT ${quoteName(role)} TO ${quoteName(user)} WITH ADMIN OPTION.`,
  };
}

/**
 * Tells which roles whoever applies may make others members of. From 16 on CREATEROLE reaches only roles
 * that one administers: those that one has created, first of all.
 */
export function makeMayGrant(destination: RoleCatalog, created: ReadonlySet<string>): (role: string) => boolean {
  const superusers = new Set(destination.roles.filter(({ superuser }) => superuser).map(({ name }) => name));
  const reachesAll = destination.version < MEMBERSHIP_OPTIONS_FROM && destination.mayCreateRoles;
  return (role) => destination.isSuperuser || destination.administered.has(role) || created.has(role) || (reachesAll && !superusers.has(role));
}

/** Who granted is kept only where whoever applies may grant in another's name. */
function mayKeep(grantor: string, superusers: ReadonlySet<string>, available: ReadonlySet<string>, destination: RoleCatalog): boolean {
  return destination.isSuperuser && !superusers.has(grantor) && available.has(grantor);
}

/**
 * A grantor must have been granted the role WITH ADMIN OPTION before. Where none of them has, whoever
 * applies is the grantor.
 */
function inGrantOrder(
  wanted: readonly Merged[],
  { memberships, version }: RoleCatalog,
): readonly { readonly membership: Merged; readonly grantor: string | undefined }[] {
  const admins = new Set(memberships.filter(({ admin }) => admin).map(({ role, member }) => JSON.stringify([role, member])));
  const may = (role: string, grantor: string) => version < MEMBERSHIP_OPTIONS_FROM || admins.has(JSON.stringify([role, grantor]));
  const ordered: { readonly membership: Merged; readonly grantor: string | undefined }[] = [];
  let rest = wanted;
  while (rest.length > 0) {
    const placed = new Set<Merged>();
    for (const membership of rest) {
      const grantor = membership.grantors.find((name) => may(membership.role, name));
      if (grantor === undefined && membership.grantors.length > 0) continue;
      placed.add(membership);
      ordered.push({ membership, grantor });
      if (membership.admin) admins.add(JSON.stringify([membership.role, membership.member]));
    }
    // Nobody of the rest can become a grantor any more.
    rest = placed.size === 0 ? rest.map((membership) => ({ ...membership, grantors: [] })) : rest.filter((membership) => !placed.has(membership));
  }
  return ordered;
}

/** @see https://www.postgresql.org/docs/current/sql-grant.html#SQL-GRANT-DESCRIPTION-ROLES */
function create(membership: Merged, grantor: string | undefined, { version, user, isSuperuser }: RoleCatalog): Action {
  const { role, member, admin, inherit, set } = membership;
  const options = version >= MEMBERSHIP_OPTIONS_FROM ? ` WITH ADMIN ${admin}, INHERIT ${inherit}, SET ${set}`.toUpperCase() : admin ? " WITH ADMIN OPTION" : "";
  const by = grantor === undefined ? "" : ` GRANTED BY ${quoteName(grantor)}`;
  // What whoever applies is to be in the end may help it before.
  const phase = member === user && !isSuperuser && (version < MEMBERSHIP_OPTIONS_FROM || (inherit && set)) ? "accounts" : undefined;
  return actionOf("create", "absent", membership, { phase, ddl: `GRANT ${quoteName(role)} TO ${quoteName(member)}${options}${by};` });
}

function skip(membership: Merged, existing: Merged, { version }: RoleCatalog): Action {
  const options = ({ admin, inherit, set }: Merged) =>
    version >= MEMBERSHIP_OPTIONS_FROM ? `ADMIN ${admin}, INHERIT ${inherit}, SET ${set}` : `ADMIN ${admin}`;
  const remark =
    options(membership) === options(existing)
      ? undefined
      : `The options differ, and are left as they are: ${options(membership)} at the source, ${options(existing)} at the destination.`;
  return actionOf("skip", "exists", membership, { remark });
}

function actionOf(action: Action["action"], reason: string, membership: Merged, more: Pick<DatabaseDetail, "phase" | "ddl" | "remark">): Action {
  const { role, member, admin, inherit, set } = membership;
  return {
    action,
    key: keyOf(membership),
    reason,
    bytes: 0,
    source: { fingerprint: fingerprintOf(JSON.stringify([role, member, admin, inherit, set])) },
    destination: undefined,
    detail: writeDatabaseDetail({ kind: "membership", name: nameOf(membership), ...more }),
  };
}
