import type { PostgresSync } from "../core/sync-plan.ts";
import type { Check, DriverContext } from "../driver/sync-driver.ts";
import type { Environment } from "./ends.ts";

/** Looks at both ends of a database sync, and leaves nothing behind. */
export async function* checkDatabase(_sync: PostgresSync, _env: Environment, _context: DriverContext): AsyncGenerator<Check> {
  // Filled in with the checks.
}
