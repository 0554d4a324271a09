import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { TidemarkError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { PostgresLocation } from "../../core/sync-plan.ts";
import { type DumpPrograms, dumpProgramsOf } from "./dump-programs.ts";
import { environmentSettings, type Settings } from "./keywords.ts";
import { findPassword } from "./password-file.ts";
import { readService } from "./service-file.ts";
import { resolveTls, type TlsOptions } from "./tls-options.ts";
import { parseUrl } from "./url.ts";

/** What a location resolves to. What is optional has a default that is right for a server on this machine. */
export interface ConnectionOptions {
  /** The location's name, for messages. */
  readonly location: string;
  /** A name, an address, or an absolute path of a folder with a Unix socket. */
  readonly host: string;
  /** Connect to this address; the certificate is still the host's. */
  readonly address?: string | undefined;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret | undefined;
  /** Why no password was found, where there is more to say. */
  readonly passwordRemark?: string | undefined;
  /** Default: TLS where the server offers it. */
  readonly tls?: TlsOptions | undefined;
  /** Default: `prefer`. */
  readonly channelBinding?: "disable" | "prefer" | "require" | undefined;
  /** For each address of the host; 0: any time. Default: 10 seconds. */
  readonly connectTimeoutMs?: number | undefined;
  /** 0: any time, which is the default. */
  readonly statementTimeoutMs?: number | undefined;
  readonly lockTimeoutMs?: number | undefined;
  /** Options of the server's process, e.g. `-c work_mem=64MB`. */
  readonly serverOptions?: string | undefined;
  /** What the server has to be. Default: `any`. */
  readonly target?: Target | undefined;
  /** Default: only the one that comes along. */
  readonly dumpPrograms?: DumpPrograms | undefined;
}

const TARGETS = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;
export type Target = (typeof TARGETS)[number];

const BINDINGS = ["disable", "prefer", "require"] as const;

export interface ResolveOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Instead of the one that the location names. */
  readonly database?: string | undefined;
}

export const CONNECT_TIMEOUT_MS = 10_000;
const SOCKET_FOLDERS = ["/var/run/postgresql", "/run/postgresql", "/tmp"];
const SYSTEM_SERVICES = ["/etc/postgresql-common/pg_service.conf", "/etc/pg_service.conf"];

/**
 * Resolves a location as libpq would: what the plan says, then its service, then `PG*` variables, then
 * files in the home, then defaults.
 *
 * @throws {TidemarkError} POSTGRES_URL_INVALID, POSTGRES_OPTION, POSTGRES_SERVICE, POSTGRES_TLS
 */
export async function resolveConnection(location: PostgresLocation, { env, database }: ResolveOptions): Promise<ConnectionOptions> {
  const { name, options } = location;
  const own = ownSettings(location);
  const environment = environmentSettings(env, (variable, value) => new Secret(value, `\${${variable}}`));
  const home = homeOf(env);
  const serviceName = own.service ?? environment.service;
  const service = serviceName === undefined ? {} : await readService(serviceName, { paths: serviceFiles({ ...environment, ...own }, env, home.folder) });
  const named: Settings = { ...service, ...own };
  // An address of the environment belongs to the host of the environment: it would lead both ends of a sync to one server.
  const { hostaddr, ...inherited } = environment;
  const settings: Settings = { ...inherited, ...(named.host === undefined && hostaddr !== undefined && { hostaddr }), ...named };

  const port = portOf(settings.port ?? "5432", name);
  const host = settings.host ?? settings.hostaddr ?? defaultHost(port);
  if ([host, settings.hostaddr ?? ""].some((each) => each.includes(","))) {
    throw wrong(name, "several hosts are named", "Name one: all sessions of a sync share one server's snapshot.");
  }
  const user = settings.user ?? userInfo().username;
  const dbname = database ?? settings.dbname ?? user;
  const wanted = { host: SOCKET_FOLDERS.includes(host) ? "localhost" : host, port, database: dbname, user };
  const passfile = settings.passfile ?? home.passfile;
  const found = settings.password || passfile === undefined ? undefined : await findPassword(passfile, wanted);
  const ca = options["ca"];
  return {
    location: name,
    host,
    address: settings.hostaddr,
    port,
    database: dbname,
    user,
    password: settings.password ?? found?.password,
    passwordRemark: found?.remark,
    tls: await resolveTls({ location: name, settings, ca: typeof ca === "string" ? ca : undefined, folder: home.certificates }),
    channelBinding: oneOf(BINDINGS, settings.channel_binding ?? "prefer", "channel_binding", name),
    connectTimeoutMs: milliseconds(options["connectTimeout"]) ?? connectTimeout(settings.connect_timeout, name),
    statementTimeoutMs: milliseconds(options["statementTimeout"]) ?? 0,
    lockTimeoutMs: milliseconds(options["lockTimeout"]) ?? 0,
    serverOptions: settings.options,
    target: oneOf(TARGETS, settings.target_session_attrs ?? "any", "target_session_attrs", name),
    dumpPrograms: dumpProgramsOf(env),
  };
}

/** What the plan says: keys count more than the same thing in the URL. */
function ownSettings({ name, options }: PostgresLocation): Settings {
  const { url, password } = options;
  const fromUrl = url instanceof Secret ? parseUrl(url, name) : typeof url === "string" ? parseUrl(new Secret(url, "(url)"), name) : {};
  const text = (key: string) => {
    const value = options[key];
    return value === undefined || value instanceof Secret || value === "" ? undefined : String(value);
  };
  const keys = {
    host: text("host"),
    port: text("port"),
    dbname: text("database"),
    user: text("user"),
    service: text("service"),
    options: text("options"),
    sslmode: text("sslmode"),
    sslcert: text("certFile"),
    sslkey: text("keyFile"),
    password: password instanceof Secret && password.reveal() !== "" ? password : undefined,
  };
  return { ...fromUrl, ...Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)) };
}

/** Where libpq keeps what belongs to a user. */
function homeOf(env: ResolveOptions["env"]): { folder: string; passfile: string; certificates: string } {
  if (process.platform === "win32") {
    const folder = join(env["APPDATA"] ?? homedir(), "postgresql");
    return { folder, passfile: join(folder, "pgpass.conf"), certificates: folder };
  }
  const folder = env["HOME"] ?? homedir();
  return { folder, passfile: join(folder, ".pgpass"), certificates: join(folder, ".postgresql") };
}

function serviceFiles({ servicefile }: Settings, env: ResolveOptions["env"], folder: string): readonly string[] {
  const own = servicefile ?? join(folder, ".pg_service.conf");
  const system = env["PGSYSCONFDIR"];
  return [own, ...(system === undefined ? SYSTEM_SERVICES : [join(system, "pg_service.conf")])];
}

/** libpq's is a folder that was chosen when it was built; these are what packages choose. */
function defaultHost(port: number): string {
  const folder = process.platform === "win32" ? undefined : SOCKET_FOLDERS.find((each) => existsSync(join(each, `.s.PGSQL.${port}`)));
  return folder ?? "localhost";
}

function portOf(text: string, location: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw wrong(location, "the port is no number from 1 to 65535", "Name one port.");
}

/** Seconds, where 0 and less are any time, and libpq waits 2 at least. */
function connectTimeout(text: string | undefined, location: string): number {
  if (text === undefined) return CONNECT_TIMEOUT_MS;
  if (!/^-?[0-9]{1,9}$/.test(text)) throw wrong(location, "the connect_timeout is no number of seconds", "Write whole seconds.");
  const seconds = Number(text);
  return seconds <= 0 ? 0 : Math.max(2, seconds) * 1000;
}

function milliseconds(value: string | number | Secret | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function oneOf<T extends string>(known: readonly T[], text: string, key: string, location: string): T {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw wrong(location, `PostgreSQL knows no such \`${key}\``, `Take one of ${known.join(", ")}.`);
}

function wrong(location: string, what: string, hint: string): TidemarkError {
  return new TidemarkError("POSTGRES_OPTION", `Location ${location}: ${what}.`, { hint });
}
