import { TidemarkError } from "../core/errors.ts";
import type { Session } from "./connect/session.ts";
import { shownName } from "./names.ts";

/** A number that nothing else is likely to lock: the first bytes of "tidemark". */
const MARK = 0x7469_6465;

/**
 * Marks a database as being filled, for as long as the session lives: whoever asks sees it from any
 * machine, and a process that dies takes its mark along.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export async function markCopying(session: Session): Promise<void> {
  await session.query(`SELECT pg_catalog.pg_advisory_lock_shared(${MARK})`);
}

/** @throws TidemarkError `COMPARE_DURING_COPY` while a run fills the session's database */
export async function refuseWhileCopying(session: Session): Promise<void> {
  const [row] = await session.query<{ free: boolean }>(`SELECT pg_catalog.pg_try_advisory_lock(${MARK}) AS free`);
  if (row?.free === true) {
    await session.query(`SELECT pg_catalog.pg_advisory_unlock(${MARK})`);
    return;
  }
  throw new TidemarkError(
    "COMPARE_DURING_COPY",
    `The database ${shownName(undefined, session.database)} is being filled: until that is done it differs of course.`,
    {
      hint: "Compare when the run has ended: `tidemark history` tells.",
    },
  );
}
