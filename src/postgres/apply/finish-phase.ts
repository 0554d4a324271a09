import type { PostgresSync } from "../../core/sync-plan.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import type { Session } from "../connect/session.ts";
import type { Ends } from "../ends.ts";
import type { ActionItem } from "./action-item.ts";
import { createObjects, createOne, type CreateObjectsOptions } from "./create-objects.ts";
import { cancelled } from "./outcomes.ts";

export interface FinishOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly context: RunContext;
  readonly session: Session;
  readonly items: readonly ActionItem[];
  readonly isAsPlanned: CreateObjectsOptions["isAsPlanned"];
  readonly revealed: CreateObjectsOptions["revealed"];
}

/** What comes when all rows and all their rules are there: privileges, materialized views, memberships, settings. */
export async function* finish({ context, session, items, isAsPlanned, revealed }: FinishOptions): AsyncGenerator<readonly Outcome[]> {
  let together: ActionItem[] = [];
  for (const item of items) {
    // Filling a view takes as long as its query, and is an outcome of its own.
    if (item.detail.kind !== "refresh") {
      together.push(item);
      continue;
    }
    yield* createObjects({ session, items: together, signal: context.signal, isAsPlanned, revealed });
    together = [];
    yield [context.signal.aborted ? cancelled(item.action) : await createOne(item, { session, isAsPlanned, revealed })];
  }
  yield* createObjects({ session, items: together, signal: context.signal, isAsPlanned, revealed });
}
