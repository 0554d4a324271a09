import { TidemarkError } from "../../core/errors.ts";
import type pg from "pg";
import { sendCancel } from "./cancel.ts";
import { connectClient } from "./client.ts";
import { fromPostgresError, isConnectionLost } from "./errors.ts";
import { displayOf } from "./identity.ts";
import type { ConnectionOptions, Target } from "./options.ts";
import { openingQuery, type SessionFacts } from "./settings.ts";
import type { DumpPrograms } from "./dump-programs.ts";
import { serverFailure } from "./server-failure.ts";

/** A connection to one database that is ready for work, with every setting that changes how values are printed pinned. */
export interface Session {
  /** For what `query` cannot do, such as COPY. Not while a query is under way. */
  readonly client: pg.Client;
  /** `server_version_num`, e.g. 150018. */
  readonly version: number;
  readonly database: string;
  readonly host: string;
  /** The role that the server knows us by. */
  readonly user: string;
  /** Of the server's process. */
  readonly pid: number;
  readonly isSuperuser: boolean;
  /** Nothing can be written there. */
  readonly isStandby: boolean;
  /** There is a pooler in between: it may lend its connection to others between two statements. */
  readonly isPooled: boolean;
  /** By what its definitions may be read. */
  readonly dumpPrograms?: DumpPrograms | undefined;
  /** Whether the connection is gone. */
  readonly isLost: boolean;
  /**
   * Queries wait for those before them. Values are what `pg` makes of them by default: int8, numeric
   * and money are strings, int2 and int4 numbers, json is parsed, timestamps are Dates.
   *
   * @returns the rows of the last statement
   * @throws {PostgresError} with a code of docs/errors.md; `sqlStateOf` tells the server's
   */
  query<T extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, parameters?: readonly unknown[]): Promise<readonly T[]>;
  /** Asks the server to stop what this session does now, by a connection of its own. Where nothing is under way it may hit the next statement. */
  cancel(): Promise<void>;
  /** Ends it; never throws. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** For messages: what it is wanted for. */
  readonly purpose?: string | undefined;
  /** Stops the opening; an open session is not its concern. */
  readonly signal?: AbortSignal | undefined;
  /** Settings of the server for this session, beside and above those that are always pinned. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

const CLOSE_MS = 2000;

/**
 * Opens a session.
 *
 * @throws {TidemarkError} POSTGRES_UNREACHABLE, POSTGRES_AUTH, POSTGRES_TLS, POSTGRES_NO_DATABASE and others of docs/errors.md
 */
export async function openSession(options: ConnectionOptions, { purpose, signal, settings }: OpenOptions = {}): Promise<Session> {
  const at = displayOf(options);
  const item = purpose === undefined ? at : `${at} (${purpose})`;
  const { client, address, encryption } = await connectClient(options, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw serverFailure(error, { item, options });
  });
  const connection = new Connection(client, item);
  try {
    const [facts] = await connection.query<SessionFacts & pg.QueryResultRow>(openingQuery(options, settings));
    if (!facts) throw new Error("a server that does not say its version");
    checkTarget(options.target ?? "any", facts, item);
    return {
      client,
      version: facts.version,
      database: facts.database,
      host: options.host,
      user: facts.user,
      pid: facts.pid,
      isSuperuser: facts.superuser,
      isStandby: facts.standby,
      dumpPrograms: options.dumpPrograms,
      isPooled: keyOf(client).processID !== facts.pid,
      get isLost() {
        return connection.isLost;
      },
      query: (sql, parameters) => connection.query(sql, parameters),
      cancel: () => sendCancel({ options, address, encryption, item, ...keyOf(client) }),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A client with queries one after the other, and errors that say what to do. */
class Connection {
  readonly #client: pg.Client;
  readonly #item: string;
  #lost: unknown;
  #before: Promise<unknown> = Promise.resolve();

  constructor(client: pg.Client, item: string) {
    this.#client = client;
    this.#item = item;
    client.on("error", (error) => (this.#lost ??= error));
    client.on("end", () => (this.#lost ??= new Error("Connection terminated")));
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  query<T extends pg.QueryResultRow>(sql: string, parameters?: readonly unknown[]): Promise<readonly T[]> {
    const result = this.#before.then(() => this.#run<T>(sql, parameters));
    this.#before = result.catch(() => {});
    return result;
  }

  async #run<T extends pg.QueryResultRow>(sql: string, parameters: readonly unknown[] | undefined): Promise<readonly T[]> {
    if (this.#lost !== undefined) throw this.#explain(this.#lost, true);
    try {
      const result = await this.#client.query<T>(sql, parameters === undefined || parameters.length === 0 ? undefined : [...parameters]);
      return lastOf(result)?.rows ?? [];
    } catch (error) {
      if (isConnectionLost(error)) this.#lost ??= error;
      throw this.#explain(error, false);
    }
  }

  /** Never throws: an error of our own is handed on as it is. */
  #explain(error: unknown, isLost: boolean): unknown {
    if (isLost && !isConnectionLost(error)) {
      return new TidemarkError("POSTGRES_CONNECTION_LOST", `${this.#item}: the connection was lost before.`, {
        hint: "Apply again: what was completed is remembered.",
        cause: error,
      });
    }
    try {
      return fromPostgresError(error, { item: this.#item });
    } catch (unknown) {
      return unknown;
    }
  }

  async close(): Promise<void> {
    // A server that does not answer any more would keep us waiting for its goodbye.
    const timer = setTimeout(() => this.#client.connection.stream.destroy(), CLOSE_MS);
    await this.#client.end().catch(() => {});
    clearTimeout(timer);
  }
}

/** Several statements in one give a list of results, which the types of `pg` do not tell. */
function lastOf<T extends pg.QueryResultRow>(result: pg.QueryResult<T> | readonly pg.QueryResult<T>[]): pg.QueryResult<T> | undefined {
  return "at" in result ? result.at(-1) : result;
}

function checkTarget(target: Target, { standby, readonly }: SessionFacts, item: string): void {
  const isRight = { any: true, "prefer-standby": true, "read-write": !readonly, "read-only": readonly, primary: !standby, standby }[target];
  if (isRight) return;
  throw new TidemarkError(
    "POSTGRES_TARGET",
    `${item} is ${standby ? "a standby" : readonly ? "read only" : "a primary that can be written"}, and \`target_session_attrs=${target}\` asks for another.`,
    {
      hint: "Name the server that is meant.",
    },
  );
}

/** By what the server knows this session when it is to be cancelled; `pg` does not type it. */
function keyOf(client: pg.Client): { readonly processID: number; readonly secretKey: number } {
  return client as unknown as { readonly processID: number; readonly secretKey: number };
}
