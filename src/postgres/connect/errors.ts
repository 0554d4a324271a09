import { ItemError, type ItemFate, TidemarkError } from "../../core/errors.ts";
import { type FailureKind, kindOfFailure } from "./failure-kinds.ts";

/** A statement that a server did not do, or a connection that is gone. Its cause is what the server or the system said. */
export class PostgresError extends TidemarkError {
  override readonly name: string = "PostgresError";
  readonly fate: ItemFate;
  /** Undefined where the server said nothing. */
  readonly sqlState: string | undefined;

  constructor(kind: FailureKind, message: string, { sqlState, cause }: { readonly sqlState: string | undefined; readonly cause: unknown }) {
    super(kind.code, message, { hint: kind.hint, cause });
    this.fate = kind.fate;
    this.sqlState = sqlState;
  }
}

/** Node has codes of five letters too, such as EPIPE. */
const SQLSTATE = /^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** SQLSTATE of what the server answered, however often it is wrapped. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = codeOf(each);
    if (code !== undefined && SQLSTATE.test(code)) return code;
  }
  return undefined;
}

/** Whether the connection is gone, rather than one statement refused. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof PostgresError ? error.code === "POSTGRES_CONNECTION_LOST" : kindOf(error)?.code === "POSTGRES_CONNECTION_LOST";
}

/** What becomes of an item that met this error. */
export function fateOf(error: unknown): ItemFate {
  if (error instanceof ItemError || error instanceof PostgresError) return error.fate;
  if (error instanceof Error && error.name === "AbortError") return "cancelled";
  return kindOf(error)?.fate ?? "failed";
}

/**
 * Says an error of `pg`, of a socket or of a server so that the user knows what to do.
 *
 * @param item to what it happened: a key, a server
 * @throws whatever is no such error: it is a bug, and shows its stack
 */
export function fromPostgresError(error: unknown, { item }: { readonly item: string }): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const kind = kindOf(error);
  if (!(error instanceof Error) || !kind) throw error;
  const sqlState = sqlStateOf(error);
  return new PostgresError(kind, `${item}: ${withoutPasswords(error.message)}${sqlState === undefined ? "" : ` (${sqlState})`}${rowOf(error, sqlState)}`, {
    sqlState,
    cause: withoutPasswordsInside(error),
  });
}

/** Which row does not keep to a constraint; otherwise nothing. */
function rowOf(error: Error, sqlState: string | undefined): string {
  const { detail } = error as { readonly detail?: unknown };
  return sqlState?.startsWith("23") === true && typeof detail === "string" && detail !== "" ? `: ${withoutPasswords(detail.replace(/\.$/, ""))}` : "";
}

function kindOf(error: unknown): FailureKind | undefined {
  if (!(error instanceof Error)) return undefined;
  const { schema, where } = error as { readonly schema?: unknown; readonly where?: unknown };
  return kindOfFailure({
    state: sqlStateOf(error),
    code: codeOf(error),
    text: error.message,
    schema: typeof schema === "string" ? schema : undefined,
    where: typeof where === "string" ? where : undefined,
  });
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** A server quotes connection strings of subscriptions and foreign servers when it cannot use them. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/(password\s*=\s*)(?:'(?:[^'\\]|\\.|'')*'|"[^"]*"|[^\s'"]+)/gi, "$1…").replaceAll(/(:\/\/[^\s/?#@:]*:)[^\s@]*@/g, "$1…@");
}

/** The cause is kept as it is, unless its texts hold a password. */
function withoutPasswordsInside(error: Error): Error {
  const fields = error as unknown as Record<string, unknown>;
  // The statement itself may hold a password, and the user has it from the plan.
  for (const key of ["internalQuery", "where"]) if (fields[key] !== undefined) fields[key] = undefined;
  for (const key of ["message", "stack", "detail", "hint"]) {
    const text = fields[key];
    if (typeof text !== "string") continue;
    const clean = withoutPasswords(text);
    if (clean !== text) fields[key] = clean;
  }
  return error;
}
