import { open, statfs } from "node:fs/promises";
import { join } from "node:path";
import { formatBytes } from "../../core/units.ts";
import type { Session } from "../connect/session.ts";
import { fail, type Finding, pass } from "./findings.ts";
import { KEPT_FROM_READERS } from "./locks.ts";
import { type BothScope, destinationName } from "./scope.ts";
import { oidsOf, tablesWithRows } from "./select.ts";
import { isLocal } from "./servers.ts";

/** What is to be copied, against the room where that is known. */
export async function checkSpace(scope: BothScope): Promise<readonly Finding[]> {
  const { source, server, sync, selected } = scope;
  const subject = `${destinationName(scope)}: disk space`;
  const [row] = await source.query<{ bytes: number }>(
    // Asking for a size waits for whoever keeps readers out: such tables are told of elsewhere.
    `SELECT coalesce(pg_catalog.sum(pg_catalog.pg_total_relation_size(s.id::oid)), 0)::float8 AS bytes FROM pg_catalog.unnest($1::oid[]) AS s(id)
    WHERE s.id NOT IN (${KEPT_FROM_READERS})`,
    [oidsOf(tablesWithRows(sync, selected))],
  );
  return [spaceFinding(subject, row?.bytes ?? 0, await freeBytes(server))];
}

/** @param free undefined: a server does not tell, and is elsewhere */
export function spaceFinding(subject: string, bytes: number, free: number | undefined): Finding {
  const size = `Selected tables take ${formatBytes(bytes)} at the source, with their indexes`;
  if (free === undefined) return pass("DATABASE_SPACE", subject, `${size}; how much is free at the destination is not known.`);
  if (free >= bytes) return pass("DATABASE_SPACE", subject, `${size}; ${formatBytes(free)} are free.`);
  return fail("DATABASE_SPACE", subject, `${size}, and only ${formatBytes(free)} are free on the destination's disk.`, "Make room there, or leave tables out.");
}

/** Bytes free for a server's data, where the server is on this machine and its folder can be read. */
async function freeBytes(session: Session): Promise<number | undefined> {
  if (!isLocal(session.host)) return undefined;
  const [row] = await session.query<{ folder: string | null; may: boolean }>(`
    SELECT pg_catalog.max(setting) AS folder, pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may
    FROM pg_catalog.pg_settings WHERE name = 'data_directory'`);
  if (!row?.folder || !row.may) return undefined;
  const [system] = await session.query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()");
  try {
    // A tunnel or a container has its own folder of that name: only the server's own file proves which it is.
    if ((await systemIdentifierIn(row.folder)) !== system?.id) return undefined;
    const { bavail, bsize } = await statfs(row.folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** The file begins with it, in the machine's byte order. */
async function systemIdentifierIn(folder: string): Promise<string> {
  const file = await open(join(folder, "global", "pg_control"), "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return new BigUint64Array(new Uint8Array(buffer).buffer)[0]?.toString() ?? "";
  } finally {
    await file.close();
  }
}
