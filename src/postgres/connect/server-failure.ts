import { type ItemFate, TidemarkError } from "../../core/errors.ts";
import { fromPostgresError, PostgresError } from "./errors.ts";
import type { ConnectionOptions } from "./options.ts";
import { TlsFailure } from "./socket.ts";

export interface FailureContext {
  /** The server, as people see it. */
  readonly item: string;
  readonly options: ConnectionOptions;
}

const REFUSED: ItemFate = "failed";

/** Says why a server could not be connected to. */
export function serverFailure(error: unknown, { item, options }: FailureContext): TidemarkError {
  if (error instanceof TlsFailure) {
    return new TidemarkError("POSTGRES_TLS", `${item}: ${error.message}.`, { hint: tlsHint(error, options), cause: error.cause ?? error });
  }
  if (error instanceof Error && (error as { readonly code?: unknown }).code === "ECONNRESET") {
    return new PostgresError(
      { code: "POSTGRES_UNREACHABLE", fate: REFUSED, hint: "Look whether it is a PostgreSQL server, and at its log." },
      `${item}: the connection was closed before the login was done.`,
      { sqlState: undefined, cause: error },
    );
  }
  return fromPostgresError(error, { item });
}

function tlsHint({ cause, isHarmless }: TlsFailure, { location, tls, host }: ConnectionOptions): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `The certificate is not one of ${host}: name the host as the certificate does, or set \`sslmode: verify-ca\`, which does not look at names.`;
  if (code === "CERT_HAS_EXPIRED") return "Renew the server's certificate.";
  if (tls?.verify !== "nothing" && cause !== undefined) return `Name the authority that signed the server's certificate by \`caFile\` of location ${location}.`;
  if (isHarmless && cause === undefined) return "Set `ssl = on` at the server, or, where the network between is trusted, `sslmode: prefer`.";
  return "Look at the server's log for what it missed, such as a certificate of ours (`certFile`, `keyFile`).";
}
