import type { Outcome } from "../../state/outcome.ts";
import type { Session } from "../connect/session.ts";

/** A session whose commits do not wait for the disk. What it did must not be told before `makeDurable`. */
export const WITHOUT_WAITING = "SET synchronous_commit = off";

/**
 * Waits until all that was committed at a destination so far survives a crash of its server: the
 * write-ahead log is one stream, and a commit that waits waits for everything before it.
 *
 * @see https://www.postgresql.org/docs/current/wal-async-commit.html
 */
export async function makeDurable(session: Session): Promise<void> {
  // A transaction with a number of its own has something to write.
  await session.query("BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_catalog.txid_current(); COMMIT");
}

/** Passes pages of outcomes on once what they tell of is durable. */
export async function* durably(pages: AsyncIterable<readonly Outcome[]>, session: () => Promise<Session>): AsyncGenerator<readonly Outcome[]> {
  for await (const page of pages) {
    if (page.some(({ outcome }) => outcome === "applied")) await makeDurable(await session());
    yield page;
  }
}
