import { ItemError } from "../../core/errors.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import type { Intent } from "../../state/state-store.ts";
import { sqlStateOf } from "../connect/errors.ts";
import { type Ends, openMaintenance } from "../ends.ts";
import type { ActionItem } from "./action-item.ts";
import { applied, unapplied } from "./outcomes.ts";

/** Kind of the intent before a database is created: one that is there afterwards is ours. */
export const DATABASE_INTENT = "database";

const DUPLICATE_DATABASE = "42P04";

export interface CreateDatabaseOptions {
  readonly ends: Ends;
  readonly item: ActionItem;
  readonly context: RunContext;
  /** Of runs that died while they created it. */
  readonly intents: readonly Intent[];
}

/** Creates the destination's database. It cannot be part of a transaction, so an intent goes before it. */
export async function createDatabase({ ends, item, context, intents }: CreateDatabaseOptions): Promise<Outcome> {
  const startedAt = Date.now();
  const { database } = ends.destination;
  const intent = await context.intents.begin(DATABASE_INTENT, item.action.key, database);
  const session = await openMaintenance(ends.destination);
  try {
    await createIt();
    for (const { id } of intents) await context.intents.end(id);
    return applied(item.action, { startedAt });
  } catch (error) {
    return unapplied(item.action, error, startedAt);
  } finally {
    await context.intents.end(intent);
    await session.close();
  }

  async function createIt(): Promise<void> {
    try {
      // It may share a query with nothing else.
      await session.query(item.detail.ddl ?? "");
    } catch (error) {
      if (sqlStateOf(error) !== DUPLICATE_DATABASE) throw error;
      if (intents.some(({ detail }) => detail === database)) return;
      throw new ItemError(
        "stale",
        "DESTINATION_CHANGED",
        `The database ${database} was not there when this was reviewed, and is there now: it is left as it is.`,
        {
          hint: "Plan again: it shows what is in it.",
          cause: error,
        },
      );
    }
  }
}
