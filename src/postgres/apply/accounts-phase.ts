import type { PostgresSync } from "../../core/sync-plan.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import { openSession, type Session } from "../connect/session.ts";
import type { Ends } from "../ends.ts";
import { createRole } from "../accounts/apply-accounts.ts";
import type { ActionItem } from "./action-item.ts";
import { applied, cancelled, unapplied } from "./outcomes.ts";

export interface MakeAccountsOptions {
  readonly ends: Ends;
  readonly sync: PostgresSync;
  readonly context: RunContext;
  readonly items: readonly ActionItem[];
  openServer(): Promise<Session>;
}

/** Creates roles, before anything that they own. */
export async function* makeAccounts({ ends, context, items, openServer }: MakeAccountsOptions): AsyncGenerator<readonly Outcome[]> {
  const [source, destination] = await Promise.all([openSession(ends.source), openServer()]);
  try {
    for (const { action, detail } of items) {
      const startedAt = Date.now();
      if (context.signal.aborted) {
        yield [cancelled(action)];
        continue;
      }
      try {
        await createRole(source, destination, detail.name, detail);
        yield [applied(action, { startedAt })];
      } catch (error) {
        yield [unapplied(action, error, startedAt)];
      }
    }
  } finally {
    await source.close();
  }
}
