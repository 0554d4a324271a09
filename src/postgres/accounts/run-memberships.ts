import type { Action } from "../../changeset/action.ts";
import { type DatabaseDetail, writeDatabaseDetail } from "../../driver/database-action.ts";
import { isWord, meaningful, nameOf } from "../dump/lexer.ts";
import { quoteName, shownName } from "../names.ts";
import { fingerprintOf } from "../plan/definition.ts";
import { makeMayGrant } from "./plan-memberships.ts";
import { MEMBERSHIP_OPTIONS_FROM, type RoleCatalog } from "./roles.ts";

/** Reason of a membership that ends with the run. */
export const FOR_THE_RUN = "for-the-run";

export interface BorrowableOptions {
  readonly source: RoleCatalog;
  readonly destination: RoleCatalog;
  /** Roles that the plan creates. */
  readonly created: ReadonlySet<string>;
  /** Roles of which whoever applies becomes a member for good, with all rights. */
  readonly lasting: ReadonlySet<string>;
}

/**
 * Roles of which whoever applies is no member, and of which it can make itself one: to give them what
 * they own, to write to it, to grant in their name. By role, what makes it a member for the time of a run.
 */
export function borrowableRoles({ source, destination, created, lasting }: BorrowableOptions): ReadonlyMap<string, Action> {
  if (destination.isSuperuser) return new Map();
  const above = membersAbove(source, destination);
  const superusers = new Set(source.roles.filter(({ superuser }) => superuser).map(({ name }) => name));
  const hasOptions = destination.version >= MEMBERSHIP_OPTIONS_FROM;
  const isMember = (role: string) =>
    created.has(role)
      ? destination.grantsCreated || lasting.has(role)
      : lasting.has(role) || (destination.settable.has(role) && (!hasOptions || destination.inherited.has(role)));
  const mayGrant = makeMayGrant(destination, created);
  const may = (role: string) => !superusers.has(role) && !above.has(role) && !role.startsWith("pg_") && mayGrant(role);
  const roles = [...created, ...destination.roles.map(({ name }) => name)].filter((role) => !isMember(role) && may(role));
  return new Map(roles.map((role) => [role, membershipForRun(role, destination)]));
}

/** Roles that are members of whoever applies, directly or not, at either end: it cannot become a member of theirs. */
function membersAbove(source: RoleCatalog, { user, memberships }: RoleCatalog): ReadonlySet<string> {
  const found = new Set<string>([user]);
  for (const name of found) for (const { role, member } of [...source.memberships, ...memberships]) if (role === name) found.add(member);
  return found;
}

function membershipForRun(role: string, { user, version }: RoleCatalog): Action {
  const name = `${shownName(undefined, user)} in ${shownName(undefined, role)}`;
  const ddl = `GRANT ${quoteName(role)} TO ${quoteName(user)}${version >= MEMBERSHIP_OPTIONS_FROM ? " WITH INHERIT TRUE, SET TRUE" : ""};`;
  const remark =
    `Only for the run, in which ${shownName(undefined, user)} has to act for ${shownName(undefined, role)}: ` +
    `taken back when it ends, also where it fails, by REVOKE ${quoteName(role)} FROM ${quoteName(user)}.`;
  return {
    action: "create",
    key: `membership ${name} for the run`,
    reason: FOR_THE_RUN,
    bytes: 0,
    source: { fingerprint: fingerprintOf(ddl) },
    destination: undefined,
    detail: writeDatabaseDetail({ kind: "membership", name, phase: "accounts", ddl, remark }),
  };
}

/** Who becomes a member of what, by a detail's GRANT. @returns undefined where it is no GRANT of a role */
export function grantedBy({ ddl = "" }: DatabaseDetail): { readonly role: string; readonly member: string } | undefined {
  const [grant, role, to, member] = meaningful(ddl);
  if (!isWord(grant, "grant") || !isWord(to, "to") || role === undefined || member === undefined) return undefined;
  const [roleName, memberName] = [nameOf(role), nameOf(member)];
  return roleName === undefined || memberName === undefined ? undefined : { role: roleName, member: memberName };
}
