import type { Intent } from "../state/state-store.ts";
import { quoteName, shownName } from "./names.ts";

/** Kind of the intent before whoever applies is made a member of a role for the time of a run. */
export const MEMBERSHIP_INTENT = "membership";

/** A grant of a role to another, as pg_auth_members keeps it for each grantor. */
export interface MembershipGrant {
  readonly grantor: string;
  readonly admin: boolean;
  /** Before 16 a grant has no such options: null. */
  readonly inherit: boolean | null;
  readonly set: boolean | null;
}

/** What a run granted, and what was there before. */
export interface LentMembership {
  readonly role: string;
  readonly member: string;
  readonly made: MembershipGrant;
  /** By the same grantor; null: nothing. */
  readonly before: MembershipGrant | null;
}

export function lentMembershipDetail(lent: LentMembership): string {
  return JSON.stringify(lent);
}

/** @returns undefined for any other intent */
export function lentMembershipOf({ kind, detail }: Intent): LentMembership | undefined {
  // The state's intents are our own writing.
  return kind === MEMBERSHIP_INTENT ? (JSON.parse(detail) as LentMembership) : undefined;
}

/**
 * What takes a membership back, or gives it the options that it had.
 *
 * @see https://www.postgresql.org/docs/current/sql-revoke.html
 */
export function takingBack({ role, member, made, before }: LentMembership): string {
  const between = (word: string) => `${quoteName(role)} ${word} ${quoteName(member)}`;
  // Before 16 there is one grant only, whoever made it.
  if (made.inherit === null) return `REVOKE ${between("FROM")}`;
  const by = `GRANTED BY ${quoteName(made.grantor)}`;
  if (before === null) return `REVOKE ${between("FROM")} ${by}`;
  const option = (isSet: boolean | null) => (isSet === true ? "TRUE" : "FALSE");
  return `GRANT ${between("TO")} WITH INHERIT ${option(before.inherit)}, SET ${option(before.set)} ${by}`;
}

/** `tide is a member of alice`. */
export function shownMembership({ role, member }: LentMembership): string {
  return `${shownName(undefined, member)} is a member of ${shownName(undefined, role)}`;
}
