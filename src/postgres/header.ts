import type { EndHeader, SyncHeader } from "../changeset/header.ts";
import type { PostgresSync } from "../core/sync-plan.ts";
import { displayOf, serverIdentity } from "./connect/identity.ts";
import type { ConnectionOptions } from "./connect/options.ts";
import { openSession, type Session } from "./connect/session.ts";
import { mapsNames } from "./mapping/names.ts";
import { type Ends, openIfThere, openMaintenance } from "./ends.ts";

/** What a database sync is, for a changeset: which server and database each end is, told by the server itself. */
export async function headerOf(sync: PostgresSync, ends: Ends): Promise<SyncHeader> {
  const [from, to] = await Promise.all([
    describe(sync.from.location.name, ends.source, () => openSession(ends.source)),
    describe(sync.to.location.name, ends.destination, async () => (await openIfThere(ends.destination)) ?? openMaintenance(ends.destination)),
  ]);
  return { name: sync.name, kind: "postgres", from, to, destination: to.resolved, options: optionsOf(sync) };
}

async function describe(location: string, options: ConnectionOptions, open: () => Promise<Session>): Promise<EndHeader> {
  const session = await open();
  try {
    const { systemIdentifier } = await serverIdentity(session);
    const display = displayOf(options);
    // Where the server does not tell who it is, its address has to do.
    return { location, display, identity: display, resolved: systemIdentifier === undefined ? display : `postgres ${systemIdentifier}/${options.database}` };
  } finally {
    await session.close();
  }
}

/** What changes what an action does, and does not stand in the action itself. */
function optionsOf({ sequences, accounts, synchronize, level, map }: PostgresSync): string {
  return JSON.stringify({ level, margin: sequences.margin, accounts, synchronize, ...(mapsNames(map) && { map }) });
}
