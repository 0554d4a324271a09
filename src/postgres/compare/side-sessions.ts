import { TidemarkError } from "../../core/errors.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteLiteral } from "../names.ts";
import type { RelationName, Side } from "./types.ts";

/**
 * Settings that decide how values print, and what the role sees. Row security is off so that hidden
 * rows are an error and never a difference.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const SETTINGS: readonly (readonly [name: string, value: string, since: number])[] = [
  ["client_encoding", "UTF8", 0],
  ["search_path", "", 0],
  ["DateStyle", "ISO, YMD", 0],
  ["IntervalStyle", "postgres", 0],
  ["TimeZone", "UTC", 0],
  ["extra_float_digits", "3", 0],
  ["bytea_output", "hex", 0],
  ["xmlbinary", "base64", 0],
  ["xmloption", "content", 0],
  ["lc_monetary", "C", 0],
  ["quote_all_identifiers", "off", 0],
  ["row_security", "off", 0],
  ["standard_conforming_strings", "on", 0],
  // A cursor is read to its end.
  ["cursor_tuple_fraction", "1", 0],
  ["idle_in_transaction_session_timeout", "0", 0],
  ["jit", "off", 110_000],
  ["transaction_timeout", "0", 170_000],
];

const LOCKED_AT_ONCE = 200;

/** A statement that a side refused. */
export class SideError extends Error {
  readonly side: Side;

  constructor(side: Side, cause: unknown) {
    super(`a statement was refused at the ${side}`, { cause });
    this.side = side;
  }
}

/** The sessions to one side, all of which see the same snapshot, read only. */
export class SideSessions {
  readonly side: Side;
  /** `server_version_num`, from `start` on. */
  version = 0;
  readonly #open: () => Promise<Session>;
  readonly #limit: number;
  readonly #signal: AbortSignal;
  readonly #sessions: Session[] = [];
  readonly #idle: Session[] = [];
  readonly #waiting: { resolve(session: Session): void; reject(reason: unknown): void }[] = [];
  #opening = 0;
  #snapshot: string | undefined;
  #closed = false;

  constructor(side: Side, open: () => Promise<Session>, { limit, snapshot, signal }: { limit: number; snapshot: string | undefined; signal: AbortSignal }) {
    this.side = side;
    this.#open = open;
    this.#limit = Math.max(1, limit);
    this.#snapshot = snapshot;
    this.#signal = signal;
  }

  /**
   * Opens the first session. Tables are locked against TRUNCATE and ALTER, which a snapshot does not
   * protect from; where the snapshot is our own, before it is taken.
   *
   * @returns by table, why it could not be locked
   */
  async start(names: readonly RelationName[]): Promise<{ session: Session; refused: ReadonlyMap<RelationName, TidemarkError> }> {
    const session = await this.#connect();
    this.version = session.version;
    await begin(session, this.#snapshot);
    const refused = new Map<RelationName, TidemarkError>();
    for (let from = 0; from < names.length; from += LOCKED_AT_ONCE) await this.#lock(session, names.slice(from, from + LOCKED_AT_ONCE), refused);
    await pinSettings(session);
    if (this.#limit > 1 && this.#snapshot === undefined) {
      const [row] = await session.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
      this.#snapshot = row?.snapshot;
    }
    await session.query("SAVEPOINT tidemark");
    return { session, refused };
  }

  async #lock(session: Session, names: readonly RelationName[], refused: Map<RelationName, TidemarkError>): Promise<void> {
    const lock = (some: readonly RelationName[]) =>
      session.query(`LOCK TABLE ${some.map(({ schema, name }) => qualifiedName(schema, name)).join(", ")} IN ACCESS SHARE MODE`);
    await session.query("SAVEPOINT tidemark");
    try {
      await lock(names);
    } catch (error) {
      if (isFatal(error)) throw error;
      await session.query("ROLLBACK TO SAVEPOINT tidemark");
      const [only] = names;
      if (names.length > 1) {
        const middle = names.length >> 1;
        await this.#lock(session, names.slice(0, middle), refused);
        await this.#lock(session, names.slice(middle), refused);
      } else if (only && !isNoLock(error)) refused.set(only, tableProblem(error, this.side, only));
    }
    await session.query("RELEASE SAVEPOINT tidemark");
  }

  /** The first session is free for work from now on. */
  release(session: Session): void {
    const next = this.#waiting.shift();
    if (next) next.resolve(session);
    else this.#idle.push(session);
  }

  /** Says of an error at which side it was. */
  async blame<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof SideError || isFatal(error) ? error : new SideError(this.side, error);
    }
  }

  /**
   * Lends a session. After an error it is as it was before.
   *
   * @throws SideError where a statement was refused
   */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#take();
    try {
      const result = await this.blame(work(session));
      this.release(session);
      return result;
    } catch (error) {
      if (isFatal(error) || this.#closed) throw error;
      await session.query("ROLLBACK TO SAVEPOINT tidemark");
      this.release(session);
      throw error;
    }
  }

  async #take(): Promise<Session> {
    this.#signal.throwIfAborted();
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#sessions.length + this.#opening < this.#limit) return this.#another();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async #another(): Promise<Session> {
    this.#opening += 1;
    try {
      const session = await this.#connect();
      await begin(session, this.#snapshot);
      await pinSettings(session);
      await session.query("SAVEPOINT tidemark");
      return session;
    } finally {
      this.#opening -= 1;
    }
  }

  async #connect(): Promise<Session> {
    const session = await this.#open();
    if (this.#closed) {
      await session.close();
      this.#signal.throwIfAborted();
      throw new Error("the comparison has ended");
    }
    this.#sessions.push(session);
    return session;
  }

  /** Ends every session; what waits for one is refused. Never throws. */
  async close(reason?: unknown): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(reason ?? new Error("the comparison has ended"));
    await Promise.all(this.#sessions.splice(0).map((session) => endSession(session)));
  }
}

/** A query that is under way would run on after its connection was closed: the server notices only when it writes. */
async function endSession(session: Session): Promise<void> {
  const cancel = (session as { cancel?: unknown }).cancel;
  if (typeof cancel === "function") await (cancel.call(session) as Promise<void>).catch(() => {});
  await session.close();
}

async function begin(session: Session, snapshot: string | undefined): Promise<void> {
  await session.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  if (snapshot !== undefined) await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`);
}

async function pinSettings(session: Session): Promise<void> {
  const settings = SETTINGS.filter(([, , since]) => session.version >= since);
  await session.query(`SELECT ${settings.map(([name, value]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`).join(", ")}`);
}

const SQLSTATE = /^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** SQLSTATE of what the server answered, however it is wrapped. */
function stateOf(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (typeof code === "string" && SQLSTATE.test(code)) return code;
  }
  return undefined;
}

/** Whether the connection is gone, rather than one statement refused. 57014 is a cancelled statement. */
export function isFatal(error: unknown): boolean {
  const state = stateOf(error);
  return state === undefined || state.startsWith("08") || /^57P0[1-4]$/.test(state) || state === "25P03" || state === "25P04";
}

/** The table or its schema is not there, which is told later; or it is a materialized view, which takes no lock. */
function isNoLock(error: unknown): boolean {
  return ["42P01", "3F000", "42809"].includes(stateOf(error) ?? "");
}

export function tableProblem(error: unknown, side: Side, table: RelationName): TidemarkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new TidemarkError("COMPARE_TABLE_FAILED", `${qualifiedName(table.schema, table.name)} could not be read at the ${side}: ${reason}`, {
    hint: stateOf(error) === "42501" ? "Grant SELECT on it, and where it has row security, the right to see all rows (BYPASSRLS, or be its owner)." : undefined,
    cause: error,
  });
}
