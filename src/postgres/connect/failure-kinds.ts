import type { ItemFate } from "../../core/errors.ts";

/** What a kind of failure is called, what becomes of the item, and what to do. */
export interface FailureKind {
  readonly code: string;
  readonly fate: ItemFate;
  readonly hint: string;
}

const LOST: FailureKind = {
  code: "POSTGRES_CONNECTION_LOST",
  fate: "failed",
  hint: "Look at the server and at what lies between, then apply again: what was completed is remembered.",
};
const EXISTS: FailureKind = { code: "POSTGRES_EXISTS", fate: "stale", hint: "Plan again: it was made since this was reviewed." };
const FULL: FailureKind = { code: "POSTGRES_DISK_FULL", fate: "failed", hint: "Make room on the server's disk, then apply again." };

/**
 * By SQLSTATE, or by its class where the state itself is not listed.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const BY_STATE: Readonly<Record<string, FailureKind>> = {
  "08": LOST,
  "57P01": LOST,
  "57P02": LOST,
  "57P05": LOST,
  "25P03": LOST,
  "25P04": LOST,
  "28": { code: "POSTGRES_AUTH", fate: "refused", hint: "Look at user and password of the location, and at the server's pg_hba.conf." },
  "3D000": { code: "POSTGRES_NO_DATABASE", fate: "failed", hint: "Correct the database's name, or create it." },
  "53": { code: "POSTGRES_OUT_OF_RESOURCES", fate: "failed", hint: "Look at the server's log; fewer `sessions` need less." },
  "53100": FULL,
  "53300": { code: "POSTGRES_TOO_MANY_CONNECTIONS", fate: "failed", hint: "Set fewer `sessions`, end other connections, or raise max_connections." },
  "57P03": { code: "POSTGRES_STARTING", fate: "failed", hint: "Wait until the server takes connections, then try again." },
  "57014": { code: "POSTGRES_CANCELLED", fate: "cancelled", hint: "Apply again; raise `statementTimeout` of the location where the statement needs longer." },
  "42501": { code: "POSTGRES_PERMISSION", fate: "refused", hint: "Grant the role what it needs; `tidemark check` lists it." },
  "55P03": { code: "POSTGRES_LOCK_TIMEOUT", fate: "failed", hint: "Somebody else holds a lock on it: wait for them, or end them, then apply again." },
  "55006": { code: "POSTGRES_IN_USE", fate: "failed", hint: "Others use it: end their sessions, then apply again." },
  "40": { code: "POSTGRES_CONFLICT", fate: "failed", hint: "Apply again. On a standby set hot_standby_feedback = on." },
  "25006": {
    code: "POSTGRES_READ_ONLY",
    fate: "refused",
    hint: "It is a standby, or default_transaction_read_only is on: name the primary, or turn that off.",
  },
  "0A": { code: "POSTGRES_UNSUPPORTED", fate: "refused", hint: "The server cannot do this: leave the object out, or take a server that can." },
  "22": { code: "POSTGRES_DATA", fate: "failed", hint: "Correct the rows at the source, or leave them out by `where`." },
  "23": { code: "POSTGRES_CONSTRAINT", fate: "failed", hint: "Rows do not keep to a constraint: correct them, then plan again." },
  "42P04": EXISTS,
  "42P06": EXISTS,
  "42P07": EXISTS,
  "42701": EXISTS,
  "42710": EXISTS,
  "42723": EXISTS,
  "42": { code: "POSTGRES_STATEMENT", fate: "failed", hint: "What it needs may not be there; see what else has failed, and the server's log." },
  P0: {
    code: "POSTGRES_ERROR",
    fate: "failed",
    hint: "A function of the database raised this in its own words, such as a trigger or an event trigger: look at it, or disable it meanwhile.",
  },
  "58": { code: "POSTGRES_SYSTEM", fate: "failed", hint: "Something is wrong on the server's machine: look at its log." },
  "58P01": { code: "POSTGRES_FILE_MISSING", fate: "refused", hint: "Install the library or extension on the server." },
  XX: { code: "POSTGRES_BROKEN", fate: "failed", hint: "The server has found itself or its data broken: look at its log before anything else." },
};

const OTHER: FailureKind = { code: "POSTGRES_ERROR", fate: "failed", hint: "Look at the server's log." };
const STATEMENT_TIMEOUT: FailureKind = { code: "POSTGRES_STATEMENT_TIMEOUT", fate: "failed", hint: "Raise `statementTimeout` of the location." };
const UNREACHABLE: FailureKind = {
  code: "POSTGRES_UNREACHABLE",
  fate: "failed",
  hint: "Look at host and port, whether the server runs, and at firewalls between.",
};
const TLS: FailureKind = { code: "POSTGRES_TLS", fate: "failed", hint: "See docs/postgres-connections.md for what each `sslmode` asks for." };
const AUTH: FailureKind = BY_STATE["28"] ?? OTHER;

const UNREACHABLE_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "ENOENT",
  "EACCES",
  "EPERM",
  "EINVAL",
]);
const LOST_CODES: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ECONNABORTED",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
  "ERR_STREAM_PREMATURE_CLOSE",
]);
/** How `pg` says that there is no connection any more: it gives no codes. */
const LOST_TEXT = /^(?:Connection terminated|Client has encountered a connection error|Client was closed)/;
const CERTIFICATE =
  /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH|ERROR_IN_)/;

export interface FailureSigns {
  readonly state: string | undefined;
  /** Of Node. */
  readonly code: string | undefined;
  readonly text: string;
  /** Of the relation that the server names. */
  readonly schema?: string | undefined;
  /** What the server was doing, a line a call, the innermost first. */
  readonly where?: string | undefined;
}

/** Undefined table, function, and object such as a type. */
const NAMES_UNKNOWN: ReadonlySet<string> = new Set(["42P01", "42883", "42704"]);

/** As with pg_dump, definitions and rows are written with an empty search path: it decides what an unqualified name means. */
function ofSearchPath(where: string): FailureKind {
  // Servers may speak another language, and then none is named.
  const name = /^(?:SQL|PL\/\w+) function "?(.+?)"?(?: line \d| during | statement )/m.exec(where)?.[1];
  return {
    code: "POSTGRES_STATEMENT",
    fate: "failed",
    hint: `${name === undefined ? "A function" : `The function ${name}`} finds names by search_path, which is empty here. Give it a path of its own at the source, by ALTER FUNCTION … SET search_path = …, or write the names with their schemas; then plan again.`,
  };
}

/** @returns undefined where it is neither the server's failure nor the connection's */
export function kindOfFailure({ state, code, text, schema, where }: FailureSigns): FailureKind | undefined {
  if (state !== undefined) {
    // Two sessions that make the same thing at the same instant meet in a catalog's index.
    if (state === "23505" && schema === "pg_catalog") return EXISTS;
    if (state === "57014" && /timeout/i.test(text)) return STATEMENT_TIMEOUT;
    if (NAMES_UNKNOWN.has(state) && where !== undefined && !/^(?:COPY .*)?$/.test(where)) return ofSearchPath(where);
    return BY_STATE[state] ?? BY_STATE[state.slice(0, 2)] ?? OTHER;
  }
  if (code !== undefined && CERTIFICATE.test(code)) return TLS;
  if (code !== undefined && UNREACHABLE_CODES.has(code)) return UNREACHABLE;
  if ((code !== undefined && LOST_CODES.has(code)) || LOST_TEXT.test(text)) return LOST;
  // Messages of `pg` about SCRAM.
  return text.startsWith("SASL") ? AUTH : undefined;
}
