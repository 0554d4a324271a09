import type { S3Location } from "../../../core/sync-plan.ts";
import { S3Client } from "./client.ts";

interface Shared {
  readonly client: S3Client;
  users: number;
}

/** One client a location: its sockets, credentials and clock are shared by every store on it. */
const shared = new Map<S3Location, Shared>();

/** A client, and what gives it back; the last to do so closes it. */
export function borrowClient(location: S3Location): { readonly client: S3Client; readonly release: () => Promise<void> } {
  let entry = shared.get(location);
  if (entry === undefined) {
    entry = { client: new S3Client(location), users: 0 };
    shared.set(location, entry);
  }
  const borrowed = entry;
  borrowed.users += 1;
  let held = true;
  return {
    client: borrowed.client,
    release: async () => {
      if (!held) return;
      held = false;
      borrowed.users -= 1;
      if (borrowed.users > 0) return;
      shared.delete(location);
      await borrowed.client.close();
    },
  };
}
