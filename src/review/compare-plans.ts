import type { Outline, OutlinePart, Span } from "../plan-file/outline.ts";
import { change, changesBetween, danger, isDoubtful, maybe, note, placed, type Remark, saidIn } from "./change.ts";
import { REVIEW_SEVERITIES, type ReviewFinding, type ReviewSeverity, say, type Sentence } from "./finding.ts";
import { locationFindings } from "./location-rules.ts";
import { endPlace, PLACE_KEYS } from "./places.ts";
import { contextOf, newSyncDangers, syncFindings } from "./sync-findings.ts";
import { mayDelete } from "./sync-context.ts";

/** What became of a sync. */
export interface ReviewedSync {
  readonly name: string;
  /** Its name at the base; undefined where it was not there. */
  readonly before: string | undefined;
  readonly fate: "added" | "removed" | "renamed" | "changed" | "same";
  readonly kind: "objects" | "postgres";
  readonly from: string;
  readonly to: string;
  readonly findings: Readonly<Record<ReviewSeverity, number>>;
}

export interface Comparison {
  /** The gravest first, then in the order of the file. */
  readonly findings: readonly ReviewFinding[];
  /** In the order of the new plan, then those that are gone. */
  readonly syncs: readonly ReviewedSync[];
}

/**
 * Says what a new version of a plan does otherwise than the one before. Compares meanings: what is
 * written in another order, form or place, or says what is the default, is no change.
 *
 * @param before undefined where there was none
 */
export function comparePlans(before: Outline | undefined, after: Outline): Comparison {
  const findings: ReviewFinding[] = [];
  const pairs = matchSyncs(before, after);
  if (before !== undefined) {
    findings.push(...planFindings(before, after), ...locationsFindings(before, after), ...variableFindings(before, after));
  }
  for (const { was, is } of pairs) findings.push(...pairFindings(was, is, before, after, pairs));
  for (const location of after.locations.values()) if (before?.locations.get(location.name) === undefined) findings.push(...newLocationDangers(location));
  const sorted = findings.toSorted(byGravity);
  return { findings: sorted, syncs: pairs.map(({ was, is }) => reviewedSync(was, is, before, after, sorted)) };
}

interface Pair {
  readonly was: OutlinePart | undefined;
  readonly is: OutlinePart | undefined;
}

/** Syncs of one name, and those that say what their name was. */
function matchSyncs(before: Outline | undefined, after: Outline): Pair[] {
  const left = new Map(before?.syncs);
  const pairs = [...after.syncs.values()].map((is): Pair => {
    const renamedFrom = saidIn(is, "renamedFrom").value;
    const old = left.has(is.name) ? is.name : typeof renamedFrom === "string" && !after.syncs.has(renamedFrom) ? renamedFrom : undefined;
    const was = old === undefined ? undefined : left.get(old);
    if (was !== undefined) left.delete(was.name);
    return { was, is };
  });
  return [...pairs, ...[...left.values()].map((was): Pair => ({ was, is: undefined }))];
}

function pairFindings(
  was: OutlinePart | undefined,
  is: OutlinePart | undefined,
  before: Outline | undefined,
  after: Outline,
  pairs: readonly Pair[],
): ReviewFinding[] {
  const locationsBefore = before?.locations ?? new Map<string, OutlinePart>();
  if (is === undefined) return was === undefined ? [] : [removed(was, locationsBefore, after.syncsPlace)];
  if (was === undefined) return added(is, after, locationsBefore, pairs);
  const here = { place: is.place, side: "new" as const, anchor: is.place, sync: is.name, location: undefined };
  if (was.kind !== is.kind)
    return [
      placed(danger("KIND_CHANGED", say`${is.name} was a sync of ${wordOf(was)}, and is now one of ${wordOf(is)}: it is another sync by the same name.`), here),
      ...newSyncDangers(is, after.locations),
    ];
  const found = syncFindings({ before: was, after: is, locationsBefore, locations: after.locations });
  const renamed = was.name === is.name ? [] : [placed(note("SYNC_RENAMED", say`${was.name} is now called ${is.name}: what it completed is remembered.`), here)];
  return [...renamed, ...found];
}

function wordOf({ kind }: OutlinePart): string {
  return kind === "postgres" ? "databases" : "objects";
}

/** @param anchor in the new file */
export function removed(was: OutlinePart, locations: Outline["locations"], anchor: Span): ReviewFinding {
  const { from, to } = contextOf(was, locations);
  const remark = change("SYNC_REMOVED", say`${was.name} is gone: ${to.shown} is no longer kept up from ${from.shown}. What it copied stays there.`);
  return placed(remark, { place: was.place, side: "base", anchor, sync: was.name, location: undefined });
}

function added(is: OutlinePart, after: Outline, locationsBefore: Outline["locations"], pairs: readonly Pair[]): ReviewFinding[] {
  const context = contextOf(is, after.locations);
  const here = { place: is.place, side: "new" as const, anchor: is.place, sync: is.name, location: undefined };
  const found = [
    placed(change("SYNC_ADDED", [...say`${is.name} is new: from ${context.from.shown} to ${context.to.shown}. `, ...habits(is)]), here),
    ...newSyncDangers(is, after.locations),
  ];
  const old = pairs.find(({ was, is: goesOn }) => {
    if (was === undefined || goesOn !== undefined || was.kind !== is.kind) return false;
    return endPlace(was, "from", locationsBefore).identity === context.from.identity && endPlace(was, "to", locationsBefore).identity === context.to.identity;
  })?.was;
  if (old !== undefined) {
    found.push(
      placed(
        danger(
          "STATE_ABANDONED",
          say`${is.name} goes on where ${old.name} ends, and does not say so: what ${old.name} completed is forgotten. If it is a new name, write ${`renamedFrom: ${old.name}`}.`,
        ),
        here,
      ),
    );
  }
  return found;
}

/** What a new sync does to what is there already. */
function habits(sync: OutlinePart): Sentence {
  if (sync.kind === "postgres") {
    return maybe(saidIn(sync, "rows", "onDifferent"), "replace")
      ? ["Tables with other rows are emptied and filled again."]
      : ["Tables with other rows are left alone."];
  }
  const existing = String(saidIn(sync, "onExisting").value);
  const words: Readonly<Record<string, string>> = {
    overwrite: "What differs there is overwritten",
    ifNewer: "What is older there is overwritten",
    skip: "What is there already stays as it is",
    fail: "It is refused where anything differs there",
  };
  const deletes = mayDelete({ name: sync.name, after: sync, from: NOWHERE, to: NOWHERE, isRenamed: false })
    ? "and what the source does not have is deleted"
    : "and nothing is deleted";
  return [`${words[existing] ?? "What happens to what is there already cannot be told"}, ${deletes}.`];
}

const NOWHERE = { shown: "", identity: "", store: "", prefix: "" };

function planFindings(before: Outline, after: Outline): ReviewFinding[] {
  return changesBetween(before.plan, after.plan).flatMap(({ path, before: was, after: is, place, side, anchor }) => {
    const remark = planRemark(path, was.shown, is.shown);
    return remark === undefined ? [] : [placed(remark, { place, side, anchor, sync: undefined, location: undefined })];
  });
}

function planRemark(path: readonly string[], was: string, is: string): Remark | undefined {
  switch (path[0]) {
    case "name":
      return danger(
        "PLAN_RENAMED",
        say`The plan is now called ${is}, and was ${was}: what was completed under the old name is not remembered, and a run of either does not see the other's lock.`,
      );
    case "state":
      return danger(
        "STATE_MOVED",
        say`The state is kept elsewhere: ${path.join(".")} is now ${is}, and was ${was}. Unless it is moved there, what was completed is not remembered, and a run with the old place is not seen.`,
      );
    default:
      return note("LABELS_CHANGED", say`${path.join(".")} is now ${is}, and was ${was}.`);
  }
}

function locationsFindings(before: Outline, after: Outline): ReviewFinding[] {
  const found: ReviewFinding[] = [];
  const gone = [...before.locations.values()].filter(({ name }) => !after.locations.has(name));
  for (const is of after.locations.values()) {
    const was = before.locations.get(is.name) ?? renamedOf(is, gone);
    const here = { place: is.place, side: "new" as const, anchor: is.place, sync: undefined, location: is.name };
    if (was === undefined) found.push(placed(note("LOCATION_ADDED", say`The location ${is.name} is new.`), here));
    else if (was.name !== is.name) {
      gone.splice(gone.indexOf(was), 1);
      found.push(placed(note("LOCATION_RENAMED", say`The location ${was.name} is now called ${is.name}, and is the same place.`), here));
    }
    if (was !== undefined && was.kind === is.kind) found.push(...locationFindings({ before: was, after: is, isUsed: isUsed(is.name, after) }));
    else if (was !== undefined && !isUsed(is.name, after))
      found.push(placed(note("LOCATION_CHANGED", say`No sync uses ${is.name}, which is now of another type.`), here));
  }
  for (const was of gone) {
    const remark = note("LOCATION_REMOVED", say`The location ${was.name} is gone.`);
    found.push(placed(remark, { place: was.place, side: "base", anchor: after.plan.place, sync: undefined, location: was.name }));
  }
  return found;
}

/** The same place under a name that is there no more. */
function renamedOf(is: OutlinePart, gone: readonly OutlinePart[]): OutlinePart | undefined {
  return gone.find((was) => was.kind === is.kind && changesBetween(was, is).every(({ path }) => !PLACE_KEYS[is.kind]?.has(path[0] ?? "")));
}

function isUsed(location: string, { syncs }: Outline): boolean {
  return [...syncs.values()].some((sync) => (["from", "to"] as const).some((end) => saidIn(sync, end, "location").value === location));
}

/** What a location does otherwise than one that only says where it is. */
function newLocationDangers(location: OutlinePart): ReviewFinding[] {
  const places = PLACE_KEYS[location.kind];
  const bare: OutlinePart = {
    ...location,
    settings: new Map([...location.settings].filter(([, { path }]) => places?.has(path[0] ?? "") && path[0] !== "endpoint")),
    maps: new Set(),
  };
  return locationFindings({ before: bare, after: location, isUsed: true }).filter(({ severity }) => severity === "danger");
}

function variableFindings(before: Outline, after: Outline): ReviewFinding[] {
  return [...after.neededVariables]
    .filter(([name]) => !before.neededVariables.has(name))
    .map(([name, place]) =>
      placed(note("VARIABLE_NEEDED", say`${`\${${name}}`} has to be set wherever the plan is used, and has no default.`), {
        place,
        side: "new",
        anchor: place,
        sync: undefined,
        location: undefined,
      }),
    );
}

function byGravity(a: ReviewFinding, b: ReviewFinding): number {
  const rank = ({ severity }: ReviewFinding) => REVIEW_SEVERITIES.indexOf(severity);
  return rank(a) - rank(b) || Number(a.side === "base") - Number(b.side === "base") || a.place.line - b.place.line || a.place.column - b.place.column;
}

/** What became of a sync. Of one that is gone `is` is undefined, and `after` says nothing. */
export function reviewedSync(
  was: OutlinePart | undefined,
  is: OutlinePart | undefined,
  before: Outline | undefined,
  after: Outline,
  findings: readonly ReviewFinding[],
): ReviewedSync {
  const sync = is ?? was;
  const locations = is === undefined ? (before?.locations ?? after.locations) : after.locations;
  const name = sync?.name ?? "";
  const own = findings.filter((finding) => finding.sync === name);
  const count = (severity: ReviewSeverity) => own.filter((finding) => finding.severity === severity).length;
  // Of a value that is not valid there may be nothing to tell, and the sync is not as before.
  const isAnother = own.length > 0 || (was !== undefined && is !== undefined && changesBetween(was, is).some((changed) => isDoubtful(changed.after)));
  const fate = was === undefined ? "added" : is === undefined ? "removed" : was.name !== is.name ? "renamed" : isAnother ? "changed" : "same";
  const ends = sync === undefined ? { from: NOWHERE, to: NOWHERE } : contextOf(sync, locations);
  return {
    name,
    before: was?.name,
    fate,
    kind: sync?.kind === "postgres" ? "postgres" : "objects",
    from: ends.from.shown,
    to: ends.to.shown,
    findings: { danger: count("danger"), change: count("change"), note: count("note") },
  };
}
