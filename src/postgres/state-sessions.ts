import type { PostgresLocation } from "../core/sync-plan.ts";
import type { StateSessions } from "../state/postgres/sessions.ts";
import { displayOf } from "./connect/identity.ts";
import { resolveConnection } from "./connect/options.ts";
import { openSession } from "./connect/session.ts";
import type { Environment } from "./ends.ts";

/**
 * Sessions on the database that a location names, for a state that is kept there.
 *
 * @throws {TidemarkError} as `resolveConnection`
 */
export async function openStateSessions(location: PostgresLocation, env: Environment): Promise<StateSessions> {
  const options = await resolveConnection(location, { env });
  return {
    display: displayOf(options),
    async open(purpose, settings) {
      const session = await openSession(options, { purpose, settings });
      return {
        version: session.version,
        user: session.user,
        isPooled: session.isPooled,
        get isLost() {
          return session.isLost;
        },
        query: async <Row extends object>(sql: string, parameters?: readonly unknown[]) => (await session.query(sql, parameters)) as unknown as readonly Row[],
        close: () => session.close(),
      };
    },
  };
}
