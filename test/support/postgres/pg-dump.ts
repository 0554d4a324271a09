import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { Secret } from "../../../src/core/secret.ts";
import { resolveConnection } from "../../../src/postgres/connect/options.ts";
import { openSession, type Session } from "../../../src/postgres/connect/session.ts";
import { postgresLocation } from "../sync-plans.ts";
import type { TestDatabase } from "./databases.ts";

/** PostgreSQL's packages of npm have none. */
export const DEBIANS = "/usr/lib/postgresql/15/bin/pg_dump";
export const HAS_DEBIANS = existsSync(DEBIANS);

/** A session of a database as a process with these variables opens it; `version` makes the server look like another. */
export async function sessionWith(
  { url }: Pick<TestDatabase, "url">,
  env: Readonly<Record<string, string>> = {},
  version?: number,
): Promise<Session & AsyncDisposable> {
  const session = await openSession(await resolveConnection(postgresLocation("test", { url: new Secret(url, "${URL}") }), { env }));
  return { ...session, version: version ?? session.version, [Symbol.asyncDispose]: () => session.close() };
}

/** Writes a program of a few lines of shell that says it is pg_dump of this version. @returns its path */
export async function fakePgDump(path: string, { version = "19.1", does }: { readonly version?: string; readonly does: string }): Promise<string> {
  await writeFile(path, `#!/bin/sh\n[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) ${version}"; exit 0; }\n${does}\n`);
  await chmod(path, 0o755);
  return path;
}
