import { TidemarkError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";

/**
 * What a connection can be told, by libpq's names.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
export const KEYWORDS = [
  "host",
  "hostaddr",
  "port",
  "dbname",
  "user",
  "password",
  "passfile",
  "service",
  "servicefile",
  "options",
  "connect_timeout",
  "target_session_attrs",
  "channel_binding",
  "sslmode",
  "sslnegotiation",
  "sslrootcert",
  "sslcrl",
  "sslcert",
  "sslkey",
  "sslpassword",
  "ssl_min_protocol_version",
  "ssl_max_protocol_version",
] as const;

export type Keyword = (typeof KEYWORDS)[number];

/** What one place says of a connection: a URL, a service, the environment. */
export type Settings = { readonly [Name in Exclude<Keyword, "password" | "sslpassword">]?: string } & {
  readonly password?: Secret;
  readonly sslpassword?: Secret;
};

const SECRETS: ReadonlySet<string> = new Set(["password", "sslpassword"]);

/** What changes neither who is connected to nor what is read. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "application_name",
  "fallback_application_name",
  "client_encoding",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
  "tcp_user_timeout",
  "sslcompression",
  "sslsni",
  "krbsrvname",
  "gsslib",
]);

/** What may be written as long as it asks for what is done anyway. */
const AS_IT_IS: Readonly<Record<string, readonly string[]>> = {
  gssencmode: ["disable", "prefer"],
  load_balance_hosts: ["disable"],
  gssdelegation: ["0"],
  replication: ["false", "off", "no", "0"],
  sslcertmode: ["allow"],
};

/** Environment variables, by keyword. */
const VARIABLES: readonly (readonly [variable: string, keyword: string])[] = [
  ["PGHOST", "host"],
  ["PGHOSTADDR", "hostaddr"],
  ["PGPORT", "port"],
  ["PGDATABASE", "dbname"],
  ["PGUSER", "user"],
  ["PGPASSWORD", "password"],
  ["PGPASSFILE", "passfile"],
  ["PGSERVICE", "service"],
  ["PGSERVICEFILE", "servicefile"],
  ["PGOPTIONS", "options"],
  ["PGCONNECT_TIMEOUT", "connect_timeout"],
  ["PGTARGETSESSIONATTRS", "target_session_attrs"],
  ["PGCHANNELBINDING", "channel_binding"],
  ["PGSSLMODE", "sslmode"],
  ["PGSSLNEGOTIATION", "sslnegotiation"],
  ["PGSSLROOTCERT", "sslrootcert"],
  ["PGSSLCRL", "sslcrl"],
  ["PGSSLCERT", "sslcert"],
  ["PGSSLKEY", "sslkey"],
  ["PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"],
  ["PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"],
  // Not done here, and no wish that may be passed over.
  ["PGREQUIREAUTH", "require_auth"],
  ["PGREQUIREPEER", "requirepeer"],
  ["PGSSLCRLDIR", "sslcrldir"],
  ["PGGSSENCMODE", "gssencmode"],
];

export interface Written {
  readonly key: string;
  readonly value: string;
}

/**
 * Sorts what one place says by keywords. An empty value stands for none, as with libpq.
 *
 * @param place where it stands, for errors
 * @throws {TidemarkError} POSTGRES_OPTION for what is unknown or cannot be done
 */
export function settingsOf(entries: Iterable<Written>, { place, secret }: { place: string; secret: (value: string) => Secret }): Settings {
  const found: Record<string, string | Secret> = {};
  for (const { key, value } of entries) {
    if (value === "" || WITHOUT_EFFECT.has(key)) continue;
    if (AS_IT_IS[key]?.includes(value) === true) continue;
    if (!isKeyword(key)) {
      throw new TidemarkError(
        "POSTGRES_OPTION",
        `${place}: ${isKnown(key) ? `\`${key}\` cannot be asked for here` : "there is an option that PostgreSQL does not know"}.`,
        {
          hint: isKnown(key)
            ? "Leave it out, or see docs/postgres-connections.md for what there is."
            : `Take one of ${KEYWORDS.join(", ")}; options of other programs have no meaning here.`,
        },
      );
    }
    found[key] = SECRETS.has(key) ? secret(value) : value;
  }
  return found;
}

export function environmentSettings(env: Readonly<Record<string, string | undefined>>, secret: (variable: string, value: string) => Secret): Settings {
  const entries = VARIABLES.flatMap(([variable, key]) => {
    const value = env[variable];
    return value === undefined ? [] : [{ key, value }];
  });
  return settingsOf(entries, { place: "The environment", secret: (value) => secret("PGPASSWORD", value) });
}

function isKeyword(key: string): key is Keyword {
  return (KEYWORDS as readonly string[]).includes(key);
}

function isKnown(key: string): boolean {
  return key in AS_IT_IS || VARIABLES.some(([, keyword]) => keyword === key);
}
