import { TidemarkError } from "../../core/errors.ts";
import { isConnectionLost, sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteLiteral, shownName } from "../names.ts";
import type { RelationName, Side } from "./types.ts";

const LOCKED_AT_ONCE = 200;
/** Reading a table locks it and its indexes to the transaction's end; a server's room for locks is small. */
const USES_TO_UNLOCK = 100;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html: too_many_connections */
const TOO_MANY_CONNECTIONS = "53300";

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
  readonly #signal: AbortSignal;
  readonly #sessions: Session[] = [];
  readonly #idle: Session[] = [];
  readonly #waiting: { resolve(session: Session): void; reject(reason: unknown): void }[] = [];
  #limit: number;
  #opening = 0;
  #uses = 0;
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
    await tune(session);
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
      this.#uses += 1;
      // Each session comes by in turn, more or less.
      if (this.#uses % USES_TO_UNLOCK < this.#limit) await toSavepoint(session);
      this.release(session);
      return result;
    } catch (error) {
      if (isFatal(error) || this.#closed) throw error;
      await toSavepoint(session);
      this.release(session);
      throw error;
    }
  }

  async #take(): Promise<Session> {
    this.#signal.throwIfAborted();
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#sessions.length + this.#opening < this.#limit) {
      const another = await this.#another();
      if (another) return another;
      // All may have been given back meanwhile.
      return this.#take();
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** @returns undefined where the server has no room: those that are open will do */
  async #another(): Promise<Session | undefined> {
    this.#opening += 1;
    let session: Session;
    try {
      session = await this.#connect();
    } catch (error) {
      if (sqlStateOf(error) !== TOO_MANY_CONNECTIONS || this.#sessions.length === 0) throw error;
      this.#limit = this.#sessions.length;
      return undefined;
    } finally {
      this.#opening -= 1;
    }
    await begin(session, this.#snapshot);
    await tune(session);
    await session.query("SAVEPOINT tidemark");
    return session;
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
    await Promise.all(
      this.#sessions.splice(0).map(async (session) => {
        // A server notices that a client is gone only when it writes to it: a long sum would run on.
        if (!this.#idle.includes(session)) await session.cancel().catch(() => {});
        await session.close();
      }),
    );
  }
}

async function begin(session: Session, snapshot: string | undefined): Promise<void> {
  await session.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  if (snapshot !== undefined) await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`);
}

/** Undoes what was done since, and releases the locks of it. */
async function toSavepoint(session: Session): Promise<void> {
  await session.query("ROLLBACK TO SAVEPOINT tidemark");
}

/** Beside what every session pins: a cursor is read to its end, and compiling takes longer than it saves. */
async function tune(session: Session): Promise<void> {
  const settings = [["cursor_tuple_fraction", "1"], ...(session.version >= 110_000 ? [["jit", "off"]] : [])];
  await session.query(`SELECT ${settings.map(([name = "", value = ""]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`).join(", ")}`);
}

/** Whether nothing more can be asked, rather than one statement refused. What is no answer of a server is a bug. */
export function isFatal(error: unknown): boolean {
  return isConnectionLost(error) || sqlStateOf(error) === undefined;
}

/** The table or its schema is not there, which is told later; or it is a materialized view, which takes no lock. */
function isNoLock(error: unknown): boolean {
  return ["42P01", "3F000", "42809"].includes(sqlStateOf(error) ?? "");
}

export function tableProblem(error: unknown, side: Side, table: RelationName): TidemarkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new TidemarkError("COMPARE_TABLE_FAILED", `${shownName(table.schema, table.name)} could not be read at the ${side}: ${reason}`, {
    hint:
      sqlStateOf(error) === "42501" ? "Grant SELECT on it, and where it has row security, the right to see all rows (BYPASSRLS, or be its owner)." : undefined,
    cause: error,
  });
}
