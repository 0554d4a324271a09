import type { PostgresSync } from "../../core/sync-plan.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import { readEnumHashRoots } from "../catalog/enum-hash-roots.ts";
import { openSession, type Session } from "../connect/session.ts";
import { type HeldSnapshot, importSnapshot } from "../copy/snapshot.ts";
import type { Ends } from "../ends.ts";
import { qualifiedName } from "../names.ts";
import type { ActionItem } from "./action-item.ts";
import type { Pair } from "./copy-table.ts";
import { gatherSmallTables } from "./small-tables.ts";
import type { TableJobs, TableWork } from "./table-jobs.ts";
import { workThroughJobs } from "./work-pool.ts";

export interface FillTablesOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly context: RunContext;
  readonly jobs: TableJobs;
  readonly works: readonly TableWork[];
  /** Indexes and keys of tables that are not filled. */
  readonly others: readonly ActionItem[];
  readonly held: HeldSnapshot;
  /** To look at; workers have sessions of their own. */
  readonly destination: Session;
  openDestination(): Promise<Session>;
}

const LOCK_TIMEOUT_MS = 30_000;

/** Fills tables and builds their indexes in as many pairs of sessions as the sync may have, all reading through one snapshot. */
export async function fillTables({ sync, ends, context, jobs, works, others, held, destination, openDestination }: FillTablesOptions): Promise<void> {
  const roots = await readEnumHashRoots(destination);
  const rootOf = ({ schema, name }: { readonly schema: string; readonly name: string }) => {
    const root = roots.get(qualifiedName(schema, name));
    return root && qualifiedName(root.schema, root.name);
  };
  const groups = [...Map.groupBy(works, ({ copy }) => rootOf(copy.to))];
  const filling = groups.flatMap(([root, group]) => {
    if (root !== undefined) return [jobs.fillThroughRoot(root, group)];
    const { together, alone } = gatherSmallTables(group);
    return [...together.map((works) => jobs.fillTogether(works)), ...alone.map((work) => jobs.fill(work))];
  });
  const opened: Session[] = [];
  try {
    await workThroughJobs<Pair>({
      jobs: [...filling, ...others.map((item) => jobs.build(item))],
      workers: sync.sessions,
      async open() {
        const pair = { source: await openSession(ends.source), destination: await openDestination() };
        opened.push(pair.source, pair.destination);
        await importSnapshot(pair.source, held.id, { lockTimeoutMs: LOCK_TIMEOUT_MS });
        return pair;
      },
      isLost: (pair) => pair.source.isLost || pair.destination.isLost,
      signal: AbortSignal.any([context.signal, held.lost]),
    });
  } finally {
    await Promise.all(opened.map((session) => session.close()));
  }
  if (held.lost.aborted) throw held.lost.reason;
}
