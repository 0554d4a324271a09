import { ComposedState } from "../composed-state.ts";
import type { StateConnection } from "./connection.ts";
import { PostgresIntents } from "./intents.ts";
import { PostgresItems } from "./items.ts";
import { PostgresLocks } from "./locks.ts";
import { PostgresOutcomes } from "./outcomes.ts";
import { PostgresRequests } from "./requests.ts";
import { PostgresRuns } from "./runs.ts";
import { PostgresWhole } from "./whole.ts";

/** The state of one plan in tables of a PostgreSQL database. */
export class PostgresState extends ComposedState {
  constructor(connection: StateConnection, lineage: string) {
    const locks = new PostgresLocks(connection);
    const items = new PostgresItems(connection);
    super(lineage, {
      locks,
      items,
      runs: new PostgresRuns(connection),
      outcomes: new PostgresOutcomes(connection, items),
      intents: new PostgresIntents(connection, items),
      requests: new PostgresRequests(connection),
      whole: new PostgresWhole(connection),
      serial: () => connection.serial,
      async close() {
        await locks.close();
        await connection.close();
      },
    });
  }
}
