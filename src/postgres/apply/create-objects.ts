import { ItemError } from "../../core/errors.ts";
import type { Outcome } from "../../state/outcome.ts";
import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { mayHoldSecrets } from "../dump/secrets.ts";
import type { ActionItem } from "./action-item.ts";
import { applied, cancelled, unapplied } from "./outcomes.ts";

export interface CreateObjectsOptions {
  readonly session: Session;
  readonly items: readonly ActionItem[];
  /** Aborted: no further batch begins. */
  readonly signal: AbortSignal;
  /** Whether the destination has an object, met where it was to be created, exactly as it was to be. */
  isAsPlanned(item: ActionItem): Promise<boolean>;
  /** The item with the secrets that no changeset holds. @throws ItemError where they cannot be had */
  revealed(item: ActionItem): Promise<ActionItem>;
}

/** Objects in one transaction: many locks are held until it ends, and all of it is done again where one fails. */
const BATCH = 100;

/** What the server says where an object is there already. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DUPLICATES: ReadonlySet<string> = new Set(["42P07", "42P06", "42710", "42723", "42712", "42701", "42P16", "23505", "42P04", "42P11"]);

/** Settings under which pg_dump's definitions mean what they meant at the source. */
export const DEFINITION_SETTINGS = "SET check_function_bodies = false; SET default_tablespace = ''";

/**
 * Creates objects in their order. A batch is one transaction; where one of its objects fails, the
 * objects of the batch are created one by one, so that a failure costs only itself.
 */
export async function* createObjects(options: CreateObjectsOptions): AsyncGenerator<readonly Outcome[]> {
  const { session, items, signal } = options;
  for (let from = 0; from < items.length; from += BATCH) {
    const batch = items.slice(from, from + BATCH);
    if (signal.aborted) {
      yield batch.map(({ action }) => cancelled(action));
      continue;
    }
    const startedAt = Date.now();
    // What holds secrets is created by itself.
    const isWhole = batch.length > 1 && !batch.some(holdsReference) && (await isDone(session, batch.map(ddlOf).join("\n")));
    if (isWhole) yield batch.map(({ action }) => applied(action, { startedAt }));
    else for (const item of batch) yield [await createOne(item, options)];
  }
}

async function isDone(session: Session, sql: string): Promise<boolean> {
  try {
    // Statements of one simple query are one transaction.
    await session.query(sql);
    return true;
  } catch (error) {
    if (session.isLost) throw error;
    return false;
  }
}

/** Creates one object; never throws for it. */
export async function createOne(
  item: ActionItem,
  { session, isAsPlanned, revealed }: Pick<CreateObjectsOptions, "session" | "isAsPlanned" | "revealed">,
): Promise<Outcome> {
  const startedAt = Date.now();
  try {
    await session.query(ddlOf(holdsReference(item) ? await revealed(item) : item));
    return applied(item.action, { startedAt });
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === undefined || !DUPLICATES.has(state)) return unapplied(item.action, error, startedAt);
    if (await isAsPlanned(item)) return applied(item.action, { startedAt });
    const message = `${item.action.key} is at the destination now, and is not what the plan would make: it is left as it is.`;
    return unapplied(
      item.action,
      new ItemError("stale", "DESTINATION_CHANGED", message, { hint: "Plan again: it shows how they differ.", cause: error }),
      startedAt,
    );
  }
}

function holdsReference({ detail }: ActionItem): boolean {
  return mayHoldSecrets(detail.kind) && detail.ddl?.includes("${") === true;
}

function ddlOf({ detail }: ActionItem): string {
  return detail.ddl ?? "";
}
