import { type Change, isOpen, type Said } from "./change.ts";

/** Whether more takes part in a sync than before, less, or something else. */
export type Direction = "wider" | "narrower" | "other";

type Rule = (change: Change) => Direction;

/** A list without which everything is taken: fewer items take less, none take all. */
const chosen: Rule = ({ before, after }) => {
  if (isEmpty(before)) return "narrower";
  if (isEmpty(after)) return "wider";
  return bySets(before, after);
};

/** A list of what is left out. */
const leftOut: Rule = ({ before, after }) => opposite(bySets(before, after));

const prefixes: Rule = (change) => {
  const { before, after } = change;
  if (isEmpty(before) || isEmpty(after) || isOpen(before) || isOpen(after)) return chosen(change);
  const covers = (outer: Said, inner: Said) => texts(inner).every((prefix) => texts(outer).some((other) => prefix.startsWith(other)));
  const [grows, shrinks] = [covers(after, before), covers(before, after)];
  return grows === shrinks ? "other" : grows ? "wider" : "narrower";
};

/** A bound below which nothing is taken: unset takes all. */
const least: Rule = ({ before, after }) => ordered(numberOr(after, Number.NEGATIVE_INFINITY), numberOr(before, Number.NEGATIVE_INFINITY));
const most: Rule = ({ before, after }) => ordered(numberOr(before, Number.POSITIVE_INFINITY), numberOr(after, Number.POSITIVE_INFINITY));

/** A condition: without it everything is taken. */
const condition: Rule = ({ before, after }) => (before.setting === undefined ? "narrower" : after.setting === undefined ? "wider" : "other");

const flag: Rule = ({ after }) => (isOpen(after) ? "other" : after.value === true ? "wider" : "narrower");

/** Words in the order of how much they take; a list lies where its index says. */
function words(order: readonly string[], listAt: number): Rule {
  return ({ before, after }) => {
    if (isOpen(before) || isOpen(after)) return "other";
    const rank = ({ value }: Said) => (Array.isArray(value) ? listAt : order.indexOf(String(value)));
    if (Array.isArray(before.value) && Array.isArray(after.value)) return bySets(before, after);
    return ordered(rank(before), rank(after));
  };
}

/** Keys that decide what takes part, by their pattern. */
export const SCOPE_RULES: Readonly<Record<string, Rule>> = {
  prefixes,
  include: chosen,
  exclude: leftOut,
  "where.minSize": least,
  "where.maxSize": most,
  "where.modifiedAfter": least,
  "where.modifiedBefore": most,
  "where.storageClass": chosen,
  "where.tags.*": condition,
  "where.metadata.*": condition,
  level: words(["table", "database"], -1),
  "objects.include": words(["", "default", "all"], 0),
  "objects.exclude": leftOut,
  "tables.*.rows": flag,
  "tables.*.where": condition,
  "tables.*.columns": chosen,
  "synchronize.indexes": flag,
  "synchronize.populateMaterializedViews": flag,
  "synchronize.ddl": flag,
};

/** The same of accounts, which are told apart. */
export const ACCOUNT_RULES: Readonly<Record<string, Rule>> = {
  "accounts.include": words(["none", "", "all"], 1),
  "accounts.exclude": leftOut,
};

/** Items of a list that are new, and those that are gone, as they are shown. */
export function listChanges({ before, after }: Change): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const missing = (from: Said, others: Said) => {
    const known = new Set(others.setting?.items?.map(({ identity }) => identity));
    return (from.setting?.items ?? []).filter(({ identity }) => !known.has(identity)).map(({ shown }) => shown);
  };
  return { added: missing(after, before), removed: missing(before, after) };
}

function bySets(before: Said, after: Said): Direction {
  const [old, now] = [identities(before), identities(after)];
  const [grows, shrinks] = [old.isSubsetOf(now), now.isSubsetOf(old)];
  return grows === shrinks ? "other" : grows ? "wider" : "narrower";
}

function opposite(direction: Direction): Direction {
  return direction === "wider" ? "narrower" : direction === "narrower" ? "wider" : "other";
}

function ordered(small: number, large: number): Direction {
  return small < large ? "wider" : small > large ? "narrower" : "other";
}

function numberOr({ value, setting, variables }: Said, unset: number): number {
  if (setting === undefined) return unset;
  // Compared with anything it is neither more nor less.
  return typeof value === "number" && variables.length === 0 ? value : Number.NaN;
}

function isEmpty({ setting }: Said): boolean {
  return setting?.items === undefined || setting.items.length === 0;
}

function identities({ setting }: Said): Set<string> {
  return new Set(setting?.items?.map(({ identity }) => identity));
}

function texts({ value }: Said): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
