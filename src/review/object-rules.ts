import { change, type Change, danger, graded, isOpen, maybe, note, type Remark, type Said, saidIn } from "./change.ts";
import { say } from "./finding.ts";
import { decidedBy, mayDelete, mayOverwrite, nowAndBefore, type SyncContext, type SyncRule } from "./sync-context.ts";

const deletes: SyncRule = ({ after }, { name, from, to }) =>
  maybe(after, true)
    ? danger("DELETES", say`${name} now deletes at ${to.shown} what ${from.shown} does not have${decidedBy(after)}.`)
    : change("DELETES_NO_MORE", say`${name} no longer deletes: what the source loses stays at ${to.shown}.`);

const allowEmptySource: SyncRule = ({ after }, context) => {
  const { name, to } = context;
  if (!maybe(after, true)) return change("PROTECTION_ADDED", say`${name} no longer deletes anything where its source is empty.`);
  if (!mayDelete(context)) return note("SETTING_CHANGED", say`${name} has ${"allowEmptySource"}, which says nothing while it does not delete.`);
  return danger("PROTECTION_DROPPED", say`${name} now goes on where its source is empty, and then deletes everything at ${to.shown}${decidedBy(after)}.`);
};

/** What a rule for existing objects may replace: nothing, what is older, anything. */
const REPLACES: Readonly<Record<string, number>> = { fail: 0, skip: 0, ifNewer: 1, overwrite: 2 };

const onExisting: SyncRule = (changed, { name, to }) => {
  const { before, after } = changed;
  const [was, is] = [replaces(before), replaces(after)];
  if (is > was || isOpen(after)) {
    const what = is === 1 && !isOpen(after) ? "what is older at" : "what differs at";
    return danger("OVERWRITES", [...say`${name} now overwrites `, `${what} `, ...say`${to.shown}${decidedBy(after)}: `, ...nowAndBefore(changed)]);
  }
  if (is < was) return change("OVERWRITES_LESS", [...say`${name} overwrites less at ${to.shown}: `, ...nowAndBefore(changed)]);
  return after.value === "fail"
    ? change("PROTECTION_ADDED", say`${name} is now refused as a whole where ${to.shown} has something else under the same key.`)
    : change("EXISTING_RULE_CHANGED", say`${name} is no longer refused where ${to.shown} has something else under the same key: that is left as it is.`);
};

function replaces({ value }: Said): number {
  return REPLACES[String(value)] ?? 2;
}

const conflicts: SyncRule = (changed, { name, to, after: sync }) => {
  const { after } = changed;
  // Without it the rule has no say.
  const counts = maybe(saidIn(sync, "onExisting"), "ifNewer");
  if (!counts) return note("SETTING_CHANGED", [...say`Of ${name}, `, ...nowAndBefore(changed), " It says nothing without onExisting: ifNewer."]);
  if (maybe(after, "overwrite"))
    return danger("OVERWRITES", say`${name} now overwrites at ${to.shown} also what is newer there than at the source${decidedBy(after)}.`);
  return change("OVERWRITES_LESS", [...say`${name} overwrites less at ${to.shown}: `, ...nowAndBefore(changed)]);
};

const onUnknown: SyncRule = (changed, { name }) =>
  maybe(changed.after, "accept")
    ? danger(
        "PROTECTION_DROPPED",
        say`${name} now takes objects for equal that it cannot compare: changes among them are not copied${decidedBy(changed.after)}.`,
      )
    : change("COMPARISON_CHANGED", [...say`Where ${name} cannot compare, another rule holds: `, ...nowAndBefore(changed)]);

const compare: SyncRule = (changed, { name }) =>
  change("COMPARISON_CHANGED", [...say`${name} tells changed objects by other signs, so that it may copy more, or less: `, ...nowAndBefore(changed)]);

const STRENGTH = ["none", "size", "etag", "checksum", "bytes"];

const verify: SyncRule = (changed, { name }) => {
  const { before, after } = changed;
  const [was, is] = [STRENGTH.indexOf(String(before.value)), STRENGTH.indexOf(String(after.value))];
  if (is > was && !isOpen(after)) return change("VERIFICATION_STRONGER", [...say`Copies of ${name} are checked more closely: `, ...nowAndBefore(changed)]);
  // A size says nothing of what was written.
  return graded(is < 2 || isOpen(after), "VERIFICATION_WEAKER", [...say`Copies of ${name} are checked less closely: `, ...nowAndBefore(changed)]);
};

const backup: SyncRule = (changed, context) => {
  const { before, after } = changed;
  const { name } = context;
  if (after.setting === undefined) {
    if (changed.path[1] !== "location") return undefined;
    return graded(mayDelete(context) || mayOverwrite(context), "BACKUP_DROPPED", say`${name} no longer keeps what it overwrites or deletes.`);
  }
  if (before.setting !== undefined) return change("BACKUP_CHANGED", [...say`What ${name} overwrites or deletes is kept elsewhere: `, ...nowAndBefore(changed)]);
  return changed.path[1] === "location" ? change("BACKUP_CHANGED", say`${name} now keeps what it overwrites or deletes, at ${after.shown}.`) : undefined;
};

const copies: SyncRule = (changed, { name }) => change("COPIES_CHANGED", [...say`Copies that ${name} makes carry something else: `, ...nowAndBefore(changed)]);

const rename: SyncRule = (changed, context) => {
  const { name, to } = context;
  const lost = mayDelete(context) ? say` What lies there under the old names is deleted.` : say` What lies there under the old names stays.`;
  return graded(mayDelete(context), "MAPPING_CHANGED", [...say`${name} writes under other keys at ${to.shown}: `, ...nowAndBefore(changed), ...lost]);
};

const versions: SyncRule = (changed, context) =>
  graded(mayDelete(context), "SOURCE_MOVED", [...say`${context.name} reads other versions of its source: `, ...nowAndBefore(changed)]);

const guard: SyncRule = (changed, context) => {
  const { before, after } = changed;
  const name = changed.path.join(".");
  const matters = changed.path[1] === "maxDeletes" ? mayDelete(context) : changed.path[1] === "maxOverwrites" ? mayOverwrite(context) : true;
  if (after.setting === undefined) return graded(matters, "GUARD_WEAKER", say`${context.name} is no longer held by ${name}, which was ${before.shown}.`);
  if (before.setting === undefined && !isOpen(after))
    return change("GUARD_STRONGER", say`${context.name} is now refused where it would do more than ${name}: ${after.shown}.`);
  const difference = limitDifference(before, after);
  const sentence = say`The guard ${name} of ${context.name} is now ${after.shown}, and was ${before.shown}`;
  if (difference === undefined) return graded(matters, "GUARD_CHANGED", [...sentence, ": which of the two allows more cannot be told."]);
  return difference > 0 ? graded(matters, "GUARD_WEAKER", [...sentence, ": it allows more."]) : change("GUARD_STRONGER", [...sentence, ": it allows less."]);
};

/** How much more is allowed than before. undefined where a count and a share are compared, or a variable decides. */
function limitDifference(before: Said, after: Said): number | undefined {
  if (isOpen(before) || isOpen(after)) return undefined;
  const [was, is] = [amount(before), amount(after)];
  return was !== undefined && was.unit === is?.unit ? is.amount - was.amount : undefined;
}

function amount({ value }: Said): { readonly unit: string; readonly amount: number } | undefined {
  if (typeof value === "number") return { unit: "bytes", amount: value };
  if (typeof value !== "object" || value === null) return undefined;
  const [found] = Object.entries(value);
  return found === undefined || typeof found[1] !== "number" ? undefined : { unit: found[0], amount: found[1] };
}

const speed: SyncRule = (changed, { name }) => note("SPEED_CHANGED", [...say`${name} works with other amounts at once: `, ...nowAndBefore(changed)]);

const reports: SyncRule = (changed, { name }) =>
  change("SETTING_CHANGED", [...say`The lists of each run of ${name} are written elsewhere: `, ...nowAndBefore(changed)]);

const restore: SyncRule = (changed, { name }) => change("SETTING_CHANGED", [...say`${name} treats archived objects otherwise: `, ...nowAndBefore(changed)]);

/** What a changed key of an object sync means, by its pattern, or by the pattern's first step. */
export const OBJECT_RULES: Readonly<Record<string, SyncRule>> = {
  delete: deletes,
  allowEmptySource,
  onExisting,
  conflicts,
  onUnknown,
  compare,
  verify,
  backup,
  reports,
  restore,
  preserve: copies,
  set: copies,
  rename,
  versions,
  asOf: versions,
  guards: guard,
  subtasks: speed,
  concurrency: speed,
  "rate.requests": speed,
};

/** The rules that every kind of sync has. */
export const COMMON_RULES: Readonly<Record<string, SyncRule>> = {
  needs: (changed, { name }) => change("ORDER_CHANGED", [...say`${name} waits for other syncs: `, ...nowAndBefore(changed)]),
  priority: (changed, { name }) => note("ORDER_CHANGED", [...say`${name} has another place in the order: `, ...nowAndBefore(changed)]),
  rate: flow,
  flow,
  flowOutside: flow,
  once: times,
  schedule: times,
  incremental: times,
  continuous: times,
};

function flow(changed: Change, { name }: SyncContext): Remark {
  return change("SPEED_CHANGED", [...say`How fast ${name} may go is another: `, ...nowAndBefore(changed)]);
}

function times(changed: Change, { name }: SyncContext): Remark {
  return change("TIMES_CHANGED", [...say`${name} runs at other times: `, ...nowAndBefore(changed)]);
}
