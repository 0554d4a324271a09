import { change, type Change, danger, graded, isOpen, maybe, note, type Remark } from "./change.ts";
import { say } from "./finding.ts";
import { decidedBy, nowAndBefore, type SyncContext, type SyncRule } from "./sync-context.ts";

const onDifferent: SyncRule = (changed, { name, to }) => {
  const { after, before } = changed;
  if (maybe(after, "replace"))
    return danger("OVERWRITES", say`${name} now empties tables of ${to.shown} that have other rows, and fills them again${decidedBy(after)}.`);
  if (maybe(after, "repair"))
    return danger("OVERWRITES", say`${name} now changes single rows of ${to.shown} that differ from the source's${decidedBy(after)}.`);
  if (before.value === "replace" || before.value === "repair")
    return change("OVERWRITES_LESS", [...say`${name} leaves tables of ${to.shown} as they are where their rows differ: `, ...nowAndBefore(changed)]);
  return change("EXISTING_RULE_CHANGED", [...say`Where tables of ${to.shown} have other rows, ${name} does something else: `, ...nowAndBefore(changed)]);
};

const conflicts: SyncRule = (changed, { name, to }) =>
  maybe(changed.after, "overwrite")
    ? danger("OVERWRITES", say`While it follows the source, ${name} now overwrites rows that were changed at ${to.shown} too${decidedBy(changed.after)}.`)
    : change("EXISTING_RULE_CHANGED", [...say`Where rows were changed at ${to.shown} too, ${name} does something else: `, ...nowAndBefore(changed)]);

const resume: SyncRule = ({ after }, { name }) =>
  after.value === "consistent" && !isOpen(after)
    ? change("PROTECTION_ADDED", say`After a run that did not end, ${name} copies all rows again as of one moment.`)
    : danger("PROTECTION_DROPPED", say`After a run that did not end, rows that ${name} copied may be of different moments${decidedBy(after)}.`);

function mapping(changed: Change, { name, to }: SyncContext): Remark {
  const { path, before, after } = changed;
  const [, which = "", source = ""] = path;
  const words = { schemas: "The schema ", tables: "The table " }[which];
  if (words === undefined)
    return change("MAPPING_CHANGED", [...say`Names at ${to.shown} are worked out by other rules of ${name}: `, ...nowAndBefore(changed)]);
  const becomes = after.setting === undefined ? say` keeps its name` : say` becomes ${after.shown}`;
  const instead = before.setting === undefined ? say`, and kept its name before` : say`, and became ${before.shown} before`;
  return change("MAPPING_CHANGED", [
    ...say`Of ${name}: `,
    words,
    ...say`${source}`,
    ...becomes,
    ...say` at ${to.shown}`,
    ...instead,
    ". What lies there under the old name stays.",
  ]);
}

const shadow: SyncRule = ({ before, after }, { name }) =>
  after.setting === undefined
    ? change("SHADOW_CHANGED", say`${name} works names out in a temporary database at its destination instead of ${before.shown}.`)
    : danger("SHADOW_CHANGED", say`${name} now works names out in ${after.shown}, which is written to already while it is planned.`);

const mode: SyncRule = (changed, { name }) => change("SETTING_CHANGED", [...say`${name} follows its source otherwise: `, ...nowAndBefore(changed)]);

/** What a changed key of a database sync means, by its pattern, or by the pattern's first step. */
export const DATABASE_RULES: Readonly<Record<string, SyncRule>> = {
  "rows.onDifferent": onDifferent,
  conflicts,
  resume,
  map: mapping,
  shadow,
  mode,
  sequences: (changed, { name }) => change("SETTING_CHANGED", [...say`${name} sets sequences ahead otherwise: `, ...nowAndBefore(changed)]),
  sessions: (changed, { name }) => note("SPEED_CHANGED", [...say`${name} works with other amounts at once: `, ...nowAndBefore(changed)]),
};

export function accountsRemark(changed: Change, { name, to }: SyncContext, direction: "wider" | "narrower" | "other"): Remark {
  const how = { wider: "more", narrower: "fewer", other: "other" }[direction];
  return graded(false, "ACCOUNTS_CHANGED", [...say`${name} takes `, how, ...say` roles along to ${to.shown}: `, ...nowAndBefore(changed)]);
}
