import type { OutlinePart } from "../plan-file/outline.ts";
import { change, type Change, changesBetween, danger, graded, isRash, note, placed, type Remark, saidIn } from "./change.ts";
import { accountsRemark, DATABASE_RULES } from "./database-rules.ts";
import { type ReviewFinding, say, type Sentence } from "./finding.ts";
import { COMMON_RULES, OBJECT_RULES } from "./object-rules.ts";
import { type EndPlace, endPlace } from "./places.ts";
import { ACCOUNT_RULES, type Direction, listChanges, SCOPE_RULES } from "./scope.ts";
import { mayDelete, mayOverwrite, nowAndBefore, type SyncContext } from "./sync-context.ts";

type Locations = ReadonlyMap<string, OutlinePart>;

export interface SyncPair {
  readonly before: OutlinePart;
  readonly after: OutlinePart;
  readonly locationsBefore: Locations;
  readonly locations: Locations;
}

/** What a changed sync does otherwise than before. */
export function syncFindings(pair: SyncPair): ReviewFinding[] {
  const { before, after, locations } = pair;
  const context = { ...contextOf(after, locations), isRenamed: before.name !== after.name };
  return [...endFindings(pair, context), ...ruleFindings(before, after, context)];
}

export function contextOf(sync: OutlinePart, locations: Locations): SyncContext {
  return { name: sync.name, after: sync, from: endPlace(sync, "from", locations), to: endPlace(sync, "to", locations), isRenamed: false };
}

/** What is dangerous about a sync that was not there before: what it does otherwise than one without any rules. */
export function newSyncDangers(sync: OutlinePart, locations: Locations): ReviewFinding[] {
  const nothing: OutlinePart = { ...sync, settings: new Map(), maps: new Set() };
  return ruleFindings(nothing, sync, contextOf(sync, locations)).filter(({ severity, code }) => severity === "danger" && !ABOUT_MOVES.has(code));
}

/** What is new goes from nowhere to nowhere else. */
const ABOUT_MOVES: ReadonlySet<string> = new Set(["SOURCE_MOVED", "DESTINATION_MOVED", "MAPPING_CHANGED"]);

function ruleFindings(before: OutlinePart, after: OutlinePart, context: SyncContext): ReviewFinding[] {
  return changesBetween(before, after).flatMap((changed) => {
    if (changed.path[0] === "from" || changed.path[0] === "to" || changed.pattern === "map.database") return [];
    const remark = remarkOn(changed, context);
    return remark === undefined || isRash(remark, changed)
      ? []
      : [placed(remark, { place: changed.place, side: changed.side, anchor: changed.anchor, sync: after.name, location: undefined })];
  });
}

function remarkOn(changed: Change, context: SyncContext): Remark | undefined {
  const { pattern } = changed;
  if (pattern === "renamedFrom") return renamedFrom(changed, context);
  if (Object.hasOwn(ACCOUNT_RULES, pattern)) return accountsRemark(changed, context, ACCOUNT_RULES[pattern]?.(changed) ?? "other");
  if (Object.hasOwn(SCOPE_RULES, pattern)) return scopeRemark(changed, context, SCOPE_RULES[pattern]?.(changed) ?? "other");
  const first = pattern.split(".")[0] ?? "";
  const own = context.after.kind === "postgres" ? DATABASE_RULES : OBJECT_RULES;
  const rule = own[pattern] ?? COMMON_RULES[pattern] ?? own[first] ?? COMMON_RULES[first];
  return rule === undefined ? change("SETTING_CHANGED", [...say`Of ${context.name}, `, ...nowAndBefore(changed)]) : rule(changed, context);
}

/** Where it goes with a new name, that is said where syncs are matched. */
function renamedFrom({ after, before }: Change, { name, isRenamed }: SyncContext): Remark | undefined {
  if (isRenamed) return undefined;
  if (after.setting !== undefined) return change("SYNC_RENAMED", say`${name} takes over what ${after.shown} completed, where there is any.`);
  return note("RENAMED_FROM_DROPPED", say`${name} no longer says that it was called ${before.shown}: right, where the rename was applied since.`);
}

const HOW: Readonly<Record<Direction, string>> = { wider: "More takes part in ", narrower: "Less takes part in ", other: "Something else takes part in " };
const CODES = { wider: "SCOPE_WIDER", narrower: "SCOPE_NARROWER", other: "SCOPE_CHANGED" } as const;

function scopeRemark(changed: Change, context: SyncContext, direction: Direction): Remark {
  const what = [HOW[direction], ...say`${context.name}: `, ...scopeChange(changed)];
  const risk = [...(mayOverwrite(context) ? ["overwrites"] : []), ...(mayDelete(context) ? ["deletes"] : [])].join(" and ");
  if (direction === "narrower") return change("SCOPE_NARROWER", mayDelete(context) ? [...what, " What left it stays at the destination."] : what);
  return graded(risk !== "", CODES[direction], risk === "" ? what : [...what, ...say` The sync `, risk, ...say` at ${context.to.shown}.`]);
}

/** Of a list only what was added and removed: the whole of it may be long. */
function scopeChange(changed: Change): Sentence {
  const { added, removed } = listChanges(changed);
  const isList = (changed.after.setting?.items ?? changed.before.setting?.items) !== undefined;
  const isWord = [changed.before, changed.after].some(({ setting, value }) => setting?.items === undefined && typeof value === "string");
  if (!isList || isWord || added.length + removed.length === 0) return nowAndBefore(changed);
  const parts = [...(added.length > 0 ? [["now has ", ...some(added)]] : []), ...(removed.length > 0 ? [["no longer has ", ...some(removed)]] : [])];
  return [...say`${changed.path.join(".")} `, ...parts.flatMap((part, at) => (at === 0 ? part : [", and ", ...part])), "."];
}

const MOST_NAMED = 5;

function some(texts: readonly string[]): Sentence {
  const named = texts.slice(0, MOST_NAMED).flatMap((text, at) => (at === 0 ? [{ quoted: text }] : [", ", { quoted: text }]));
  return texts.length > MOST_NAMED ? [...named, ` and ${texts.length - MOST_NAMED} more`] : named;
}

function endFindings({ before, after, locationsBefore, locations }: SyncPair, context: SyncContext): ReviewFinding[] {
  const found: ReviewFinding[] = [];
  const add = (end: "from" | "to", remark: Remark) => {
    const where = endChange(before, after, end, locationsBefore, locations);
    found.push(placed(remark, { ...where, sync: after.name, location: undefined }));
  };
  const [from, to] = [endPlace(before, "from", locationsBefore), endPlace(before, "to", locationsBefore)];
  if (from.identity !== context.from.identity) {
    const lost = mayDelete(context) ? say` What the new source does not have is deleted at ${context.to.shown}.` : [];
    add(
      "from",
      graded(mayDelete(context), "SOURCE_MOVED", [
        ...say`${context.name} now reads ${context.from.shown} instead of ${from.shown}`,
        ...nested(from, context.from),
        ".",
        ...lost,
      ]),
    );
  }
  const [database, databaseBefore] = [saidIn(after, "map", "database"), saidIn(before, "map", "database")];
  const isMapped = (database.setting?.identity ?? "") !== (databaseBefore.setting?.identity ?? "");
  if (to.identity !== context.to.identity || isMapped) {
    const named = isMapped ? say`, in the database ${database.setting === undefined ? "of the location" : database.shown}` : [];
    add(
      "to",
      danger("DESTINATION_MOVED", [
        ...say`${context.name} now writes to ${context.to.shown}`,
        ...named,
        ...say` instead of ${to.shown}`,
        ...nested(to, context.to),
        ". What lies at the old place stays there, and is no longer kept up.",
        ...lostAtNewPlace(context),
      ]),
    );
  }
  return found;
}

/** What lies at the new place was never looked at, and the rules of the sync hold for it from now on. */
function lostAtNewPlace(context: SyncContext): Sentence {
  const fates = [
    ...(mayDelete(context) ? ["deleted where the source does not have it"] : []),
    ...(mayOverwrite(context) ? ["overwritten where it differs"] : []),
  ];
  return fates.length === 0 ? [] : [...say` What lies at ${context.to.shown} already is `, fates.join(", and "), "."];
}

function nested(before: EndPlace, after: EndPlace): Sentence {
  if (before.store !== after.store || before.prefix === after.prefix) return [];
  if (before.prefix.startsWith(after.prefix))
    return say`, in which the old place lies: keys now begin with ${before.prefix.slice(after.prefix.length).replace(/^\//, "")}`;
  if (after.prefix.startsWith(before.prefix))
    return say`, which is a part of it: keys no longer begin with ${after.prefix.slice(before.prefix.length).replace(/^\//, "")}`;
  return [];
}

/** The text that moved an end: in the sync, or in its location. */
function endChange(before: OutlinePart, after: OutlinePart, end: "from" | "to", locationsBefore: Locations, locations: Locations) {
  const own = changesBetween(before, after).filter(({ path, pattern }) => path[0] === end || (end === "to" && pattern === "map.database"));
  const [was, is] = [saidIn(before, end, "location").value, saidIn(after, end, "location").value];
  const [locationBefore, location] = [locationsBefore.get(String(was)), locations.get(String(is))];
  const theirs = own.length > 0 || locationBefore === undefined || location === undefined ? [] : changesBetween(locationBefore, location);
  const [first] = [...own, ...theirs].filter(({ side }) => side === "new");
  const [gone] = [...own, ...theirs];
  const found = first ?? gone;
  return found === undefined
    ? { place: after.place, side: "new" as const, anchor: after.place }
    : { place: found.place, side: found.side, anchor: found.anchor };
}
