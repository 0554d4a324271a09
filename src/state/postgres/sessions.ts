/** What a state needs of a PostgreSQL database. */
export interface StateSessions {
  /** For messages: `postgres://host:port/database`. */
  readonly display: string;
  /**
   * A further session, whose transactions and locks are its own.
   *
   * @param settings of the server for this session
   * @throws TidemarkError where it cannot be had
   */
  open(purpose: string, settings: Readonly<Record<string, string>>): Promise<StateSession>;
}

export interface StateSession {
  readonly version: number;
  /** The role that the server knows us by. */
  readonly user: string;
  /** There is a pooler in between: what belongs to a session may be lost between two statements. */
  readonly isPooled: boolean;
  readonly isLost: boolean;
  /** One after the other. @returns the rows of the last statement */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** SQLSTATE of what a session refused, where the server said one. */
export function stateOf(error: unknown): string | undefined {
  return error instanceof Error && "sqlState" in error && typeof error.sqlState === "string" ? error.sqlState : undefined;
}
