import { EFFECTS } from "../../changeset/action.ts";
import { readDatabaseDetail } from "../../driver/database-action.ts";
import type { PlanContext } from "../../driver/sync-driver.ts";
import type { Intent } from "../../state/state-store.ts";
import type { PlannedAccounts } from "../accounts/plan-accounts.ts";
import type { ClosedPlaces } from "../catalog/closed-places.ts";
import { lentMembershipOf, shownMembership } from "../lent-memberships.ts";
import { qualifiedName, shownName } from "../names.ts";
import type { Planned } from "./planned.ts";
import type { RowsPair } from "./plan-rows.ts";
import { VALUE_NOT_COMPARED } from "./plan-values.ts";
import type { DestinationFacts } from "./read-ends.ts";

/** Whether the destination has a table of which whoever applies may read no row. */
export function isClosed({ tables }: ClosedPlaces, { target }: Pick<RowsPair, "target">): boolean {
  return tables.has(qualifiedName(target.schema, target.name));
}

/** Keys of tables that may not be read and take up room: they hold rows, for all that can be told. */
export function filledUnread(closed: ClosedPlaces, pairs: readonly RowsPair[]): readonly string[] {
  return pairs.filter((pair) => isClosed(closed, pair) && (pair.destination?.bytes ?? 0) > 0).map(({ key }) => key);
}

interface TellOfClosed extends Pick<PlannedAccounts, "borrowable"> {
  readonly destination: DestinationFacts;
  readonly planned: readonly Planned[];
}

/** What belongs to roles of which whoever applies is a member only while a run goes on cannot be read in between. */
export function tellOfClosed({ destination, borrowable, planned }: TellOfClosed, { notice }: Pick<PlanContext, "notice">): void {
  const { closed, relations, roles } = destination;
  const shown = new Set(
    relations.filter(({ schema, name }) => closed.tables.has(qualifiedName(schema, name))).map(({ schema, name }) => shownName(schema, name)),
  );
  const rows = planned.filter(
    ({ kind, action }) => kind === "rows" && !EFFECTS.has(action.action) && shown.has(readDatabaseDetail(action.detail)?.table ?? ""),
  );
  const values = planned.filter(({ action }) => action.reason === VALUE_NOT_COMPARED);
  if (rows.length + values.length === 0) return;
  const counted = (count: number, word: string) => (count === 0 ? [] : [count === 1 ? `1 ${word}` : `${count} ${word}s`]);
  const what = [...counted(rows.length, "table"), ...counted(values.length, "sequence")].join(" and ");
  const user = shownName(undefined, roles.user);
  const owners = [...borrowable.keys()].filter((role) => planned.some(({ owner }) => owner === role)).map((role) => shownName(undefined, role));
  notice({
    code: "DESTINATION_NOT_READABLE",
    message: `${user} may not read ${what} of the destination: that a table holds rows is told by the room it takes up, and a sequence is taken for where an earlier run has set it.`,
    hint: owners.length === 0 ? `Grant ${user} SELECT on them.` : `To have them looked at, make ${user} a member of ${owners.join(", ")} at the destination.`,
  });
}

/** A run that died could not take back what it had been given. */
export function tellOfLeft(intents: readonly Intent[], { notice }: Pick<PlanContext, "notice">): void {
  for (const lent of intents.flatMap((intent) => lentMembershipOf(intent) ?? [])) {
    notice({
      code: "MEMBERSHIP_LEFT",
      message: `${shownMembership(lent)}, which was meant for an earlier run only, and could not be taken back when that ended.`,
      hint: "The next `tidemark apply` does, also where it has nothing else to do.",
    });
  }
}
