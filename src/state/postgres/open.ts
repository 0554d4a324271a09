import { randomBytes } from "node:crypto";
import { emptyState, notMadeYet, readOnlyState } from "../missing.ts";
import { movedAway } from "../refusals.ts";
import type { WholeState } from "../whole.ts";
import { SETTINGS, StateConnection } from "./connection.ts";
import { PostgresState } from "./postgres-state.ts";
import { quoted } from "./quoted.ts";
import type { StateSession, StateSessions } from "./sessions.ts";
import { hasTables, makeTables, mayUse } from "./tables.ts";

export interface PostgresStateOptions {
  readonly sessions: StateSessions;
  /** Holds the tables of any number of plans. Made where it is missing. */
  readonly schema: string;
  /** Name of the plan. */
  readonly plan: string;
  /** As of `openState` and `openStateReadOnly`. */
  readonly access: "read" | "write" | "create";
  /** Milliseconds since the epoch. Default: the server's clock. */
  readonly now?: (() => number) | undefined;
  /** Opens one that was moved away or is being filled, too. Default: false. */
  readonly evenMoved?: boolean | undefined;
}

interface PlanRow {
  readonly id: number;
  readonly lineage: string;
  readonly serial: string;
  readonly moved_to: string | null;
}

/**
 * Opens the state of a plan in a PostgreSQL database.
 *
 * @throws TidemarkError `STATE_SCHEMA`, `STATE_FORMAT`, `STATE_ELSEWHERE`, and what the server fails with
 */
export async function openPostgresState(options: PostgresStateOptions): Promise<WholeState> {
  const { sessions, schema, plan, access } = options;
  const session = await sessions.open("state", SETTINGS);
  try {
    const row = await mayUse(session, schema, () => findPlan(session, options));
    if (row === undefined) {
      await session.close();
      return emptyState(notMadeYet(plan, `schema ${schema} of ${sessions.display}`));
    }
    if (row.moved_to !== null && options.evenMoved !== true) throw movedAway(sessions.display, row.moved_to);
    const refusal = access === "read" ? readOnlyState(`in ${sessions.display}`) : undefined;
    const connection = new StateConnection({ sessions, schema, plan: row.id, now: options.now ?? (await serverClock(session)), refusal }, session);
    connection.noteSerial(Number(row.serial));
    return new PostgresState(connection, row.lineage);
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function findPlan(session: StateSession, { schema, plan, access }: PostgresStateOptions): Promise<PlanRow | undefined> {
  if (!(await hasTables(session, schema))) {
    if (access !== "create") return undefined;
    await makeTables(session, schema);
  }
  const table = `${quoted(schema)}.tidemark_plans`;
  const find = () => session.query<PlanRow>(`SELECT id, lineage, serial, moved_to FROM ${table} WHERE name = $1`, [plan]);
  const [found] = await find();
  if (found !== undefined || access !== "create") return found;
  await session.query(`INSERT INTO ${table} (name, lineage) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, [plan, randomBytes(16).toString("hex")]);
  return (await find())[0];
}

/** Everybody who shares a state dates by the server's clock. */
async function serverClock(session: StateSession): Promise<() => number> {
  const [row] = await session.query<{ now: string }>("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now");
  const offset = Number(row?.now) - Date.now();
  return () => Date.now() + offset;
}
