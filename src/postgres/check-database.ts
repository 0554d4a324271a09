import { TidemarkError } from "../core/errors.ts";
import type { PostgresSync } from "../core/sync-plan.ts";
import type { Check, DriverContext } from "../driver/sync-driver.ts";
import { checkDatabases } from "./check/check-databases.ts";
import type { ExistingObject } from "./check/scope.ts";
import { openSession, type Session } from "./connect/session.ts";
import { type Ends, type Environment, openIfThere, openMaintenance, resolveEnds } from "./ends.ts";
import { decideObjects } from "./plan/decide-objects.ts";
import { NOT_COMPARABLE } from "./plan/plan-objects.ts";
import { readEnds } from "./plan/read-ends.ts";

/** Looks at both ends of a database sync, and leaves nothing behind. */
export async function* checkDatabase(sync: PostgresSync, env: Environment, { signal }: DriverContext): AsyncGenerator<Check> {
  const ends = await tried(() => resolveEnds(sync, env));
  if (ends instanceof TidemarkError) {
    yield { sync: sync.name, code: ends.code, status: "fail", subject: "locations", message: ends.message, hint: ends.hint };
    return;
  }
  const source = await tried(() => openSession(ends.source, { signal }));
  const destination = await tried(() => openIfThere(ends.destination, { signal }));
  const maintenance = destination === undefined ? await tried(() => openMaintenance(ends.destination)) : undefined;
  try {
    const existing =
      source instanceof TidemarkError || destination instanceof TidemarkError || destination === undefined
        ? undefined
        : await existingObjects({ sync, ends, source, destination, signal });
    const server = maintenance instanceof TidemarkError ? undefined : maintenance;
    for await (const check of checkDatabases({ sync, source, destination, maintenance: server, existing, signal })) yield { sync: sync.name, ...check };
  } finally {
    for (const session of [source, destination, maintenance]) if (session !== undefined && !(session instanceof TidemarkError)) await session.close();
  }
}

interface Both {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly source: Session;
  readonly destination: Session;
  readonly signal: AbortSignal;
}

/** @returns undefined where definitions cannot be read: another check says why */
async function existingObjects({ sync, ends, source, destination, signal }: Both): Promise<readonly ExistingObject[] | undefined> {
  const facts = await tried(() => readEnds({ ends, source, destination, signal }));
  if (facts instanceof TidemarkError) return undefined;
  const { planned } = await decideObjects({ sync, ends, ...facts, recorded: new Map(), signal });
  return planned.flatMap(({ action: { action, key, reason } }): ExistingObject[] => {
    if (action === "conflict" && reason !== NOT_COMPARABLE) return [{ key, identical: false }];
    return action === "skip" && reason === "identical" ? [{ key, identical: true }] : [];
  });
}

/** What the user can act on becomes a check that failed. */
async function tried<T>(work: () => Promise<T>): Promise<T | TidemarkError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
}
