import type { PostgresSync } from "../../core/sync-plan.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import { openSession, type Session } from "../connect/session.ts";
import type { Ends } from "../ends.ts";
import { createRole, grantMembership } from "../accounts/apply-accounts.ts";
import { FOR_THE_RUN } from "../accounts/run-memberships.ts";
import type { ActionItem } from "./action-item.ts";
import { applied, cancelled, unapplied } from "./outcomes.ts";
import type { RunMemberships } from "./run-memberships.ts";

export interface MakeAccountsOptions {
  readonly ends: Ends;
  readonly sync: PostgresSync;
  readonly context: RunContext;
  readonly items: readonly ActionItem[];
  readonly memberships: RunMemberships;
  openServer(): Promise<Session>;
}

/** Creates roles, and makes whoever applies a member where it has to be, before anything that they own. */
export async function* makeAccounts({ ends, context, items, memberships, openServer }: MakeAccountsOptions): AsyncGenerator<readonly Outcome[]> {
  const [source, destination] = await Promise.all([openSession(ends.source), openServer()]);
  try {
    for (const { action, detail } of items) {
      const startedAt = Date.now();
      if (context.signal.aborted) {
        yield [cancelled(action)];
        continue;
      }
      try {
        if (action.reason === FOR_THE_RUN) await memberships.borrow(detail);
        else if (detail.kind === "membership") await grantMembership(destination, detail);
        else await createRole(source, destination, detail.name, detail);
        yield [applied(action, { startedAt })];
      } catch (error) {
        yield [unapplied(action, error, startedAt)];
      }
    }
  } finally {
    await source.close();
  }
}
