import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { TidemarkError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { Settings } from "./keywords.ts";

export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** How a connection is encrypted, and whom it trusts. */
export interface TlsOptions {
  readonly mode: SslMode;
  /** `chain`: the certificate hangs on an authority that is trusted; `name`: and is the host's. */
  readonly verify: "nothing" | "chain" | "name";
  /** PEM. */
  readonly ca?: string | readonly string[] | undefined;
  /** Revoked certificates, PEM. */
  readonly crl?: string | undefined;
  /** Our own certificate and its key, PEM. */
  readonly certificate?: string | undefined;
  readonly key?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
  /** TLS from the first byte, without asking the server for it. */
  readonly direct?: boolean | undefined;
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
}

/** What a connection without any wish gets. */
export const DEFAULT_TLS: TlsOptions = { mode: "prefer", verify: "nothing" };

export interface TlsWishes {
  readonly location: string;
  readonly settings: Settings;
  /** PEM of the plan's `caFile`, instead of sslrootcert. */
  readonly ca: string | undefined;
  /** Where `~/.postgresql` is; undefined: nowhere. */
  readonly folder: string | undefined;
}

const SYSTEM = "system";
const MOST_BYTES = 500_000;

/**
 * Whom `sslmode` trusts. As libpq: `require` verifies where there is a root certificate. Other than
 * libpq, `allow` and `prefer` verify against one that was named, and then never go on without TLS.
 *
 * @throws {TidemarkError} POSTGRES_TLS, POSTGRES_OPTION
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export async function resolveTls({ location, settings, ca, folder }: TlsWishes): Promise<TlsOptions> {
  const isSystem = ca === undefined && settings.sslrootcert === SYSTEM;
  const mode = modeOf(settings.sslmode ?? (isSystem ? "verify-full" : "prefer"), location);
  if (mode === "disable") return { mode, verify: "nothing" };
  if (isSystem && mode !== "verify-full") {
    throw problem(
      location,
      `\`sslmode=${mode}\` does not look whose certificate it is, and every certificate of the web would do`,
      "Write `sslmode: verify-full` with `sslrootcert=system`.",
    );
  }
  const direct = settings.sslnegotiation === "direct";
  if (direct && ["allow", "prefer"].includes(mode)) throw problem(location, "`sslnegotiation=direct` needs TLS", "Write `sslmode: require`, or more.");
  const authorities = ca ?? (isSystem ? systemAuthorities() : await rootCertificate(location, settings, folder, mode));
  const strict = mode === "verify-ca" || mode === "verify-full";
  if (strict && authorities === undefined) {
    throw problem(
      location,
      `\`sslmode=${mode}\` needs a root certificate, and ${folder === undefined ? "none was named" : `${join(folder, "root.crt")} is not there`}`,
      "Name one by `caFile`, trust the system's by `sslrootcert=system` in the url, or choose another sslmode.",
    );
  }
  const verify = authorities === undefined ? "nothing" : mode === "verify-full" ? "name" : "chain";
  return {
    mode,
    verify,
    ca: authorities,
    crl: verify === "nothing" ? undefined : await revoked(location, settings, folder),
    ...(await ownCertificate(location, settings, folder)),
    passphrase: settings.sslpassword,
    direct,
    minVersion: versionOf(settings.ssl_min_protocol_version, location),
    maxVersion: versionOf(settings.ssl_max_protocol_version, location),
  };
}

function modeOf(text: string, location: string): SslMode {
  const mode = SSL_MODES.find((each) => each === text);
  if (mode) return mode;
  throw new TidemarkError("POSTGRES_OPTION", `Location ${location}: PostgreSQL knows no such \`sslmode\`.`, { hint: `Take one of ${SSL_MODES.join(", ")}.` });
}

function versionOf(text: string | undefined, location: string): "TLSv1.2" | "TLSv1.3" | undefined {
  if (text === undefined || text === "TLSv1.2" || text === "TLSv1.3") return text;
  throw new TidemarkError("POSTGRES_OPTION", `Location ${location}: that version of TLS cannot be had.`, { hint: "Take TLSv1.2 or TLSv1.3." });
}

function systemAuthorities(): readonly string[] {
  const system = getCACertificates("system");
  // Where the system has none, those that came with Node are what a browser would trust.
  return [...(system.length === 0 ? getCACertificates("bundled") : system), ...getCACertificates("extra")];
}

async function rootCertificate(location: string, { sslrootcert }: Settings, folder: string | undefined, mode: SslMode): Promise<string | undefined> {
  if (sslrootcert !== undefined) return readPem(location, sslrootcert);
  // A file that happens to be there asks for nothing: only these modes look whom they talk to.
  if (folder === undefined || mode === "allow" || mode === "prefer") return undefined;
  return readPem(location, join(folder, "root.crt"), { optional: true });
}

async function revoked(location: string, { sslcrl }: Settings, folder: string | undefined): Promise<string | undefined> {
  if (sslcrl !== undefined) return readPem(location, sslcrl);
  return folder === undefined ? undefined : readPem(location, join(folder, "root.crl"), { optional: true });
}

async function ownCertificate(location: string, settings: Settings, folder: string | undefined): Promise<Pick<TlsOptions, "certificate" | "key">> {
  const path = settings.sslcert ?? (folder === undefined ? undefined : join(folder, "postgresql.crt"));
  const keyPath = settings.sslkey ?? (folder === undefined ? undefined : join(folder, "postgresql.key"));
  const certificate = path === undefined ? undefined : await readPem(location, path, { optional: settings.sslcert === undefined });
  if (certificate === undefined) {
    if (settings.sslkey === undefined) return {};
    throw problem(location, "there is a private key without its certificate", "Name the certificate by `certFile`.");
  }
  if (keyPath === undefined) throw problem(location, "there is a certificate without its private key", "Name the key by `keyFile`.");
  return { certificate, key: await readKey(location, keyPath) };
}

/** As libpq: a key that others may read is no secret any more. One of root's may be lent to a group. */
async function readKey(location: string, path: string): Promise<Secret> {
  const found = await look(location, path);
  if (found === undefined) throw problem(location, `the private key ${path} is not there`, "Name it by `keyFile`.");
  const shared = found.uid === 0 && process.getuid?.() !== 0 ? 0o027 : 0o077;
  if (process.platform !== "win32" && (found.mode & shared) !== 0) {
    throw problem(location, `others may read the private key ${path}`, `\`chmod 0600 ${path}\`; make a new key where somebody may have read it.`);
  }
  return new Secret(await read(location, path), `(key of ${path})`);
}

async function readPem(location: string, path: string, { optional = false } = {}): Promise<string | undefined> {
  const found = await look(location, path);
  if (found === undefined) {
    if (optional) return undefined;
    throw problem(location, `${path} is not there`, "A relative path begins at the working directory.");
  }
  if (found.size > MOST_BYTES) throw problem(location, `${path} has more than 500 KB`, "Keep only the certificates that are needed.");
  return read(location, path);
}

async function look(location: string, path: string): Promise<{ mode: number; size: number; uid: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw problem(location, `${path} cannot be read (${String(code)})`, "Look at its permissions.", error);
  }
}

async function read(location: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw problem(location, `${path} cannot be read (${String((error as { readonly code?: unknown }).code)})`, "Look at its permissions.", error);
  }
}

function problem(location: string, what: string, hint: string, cause?: unknown): TidemarkError {
  return new TidemarkError("POSTGRES_TLS", `Location ${location}: ${what}.`, { hint, cause });
}
