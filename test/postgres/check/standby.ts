import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, statSync } from "node:fs";
import { cp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { type Major, type PostgresServer, programsOf } from "../../support/postgres/servers.ts";
import { temporaryFolder } from "../../support/temp.ts";

export interface Standby extends AsyncDisposable {
  url(database?: string): string;
}

/** A hot standby of a running server of 15 or later, made from a copy of its files: npm brings no pg_basebackup. */
export async function startStandby(primary: PostgresServer): Promise<Standby> {
  const folder = await temporaryFolder("tidemark-standby-");
  const data = folder.join("data");
  const { uid, gid } = statSync(primary.data);
  const client = new pg.Client({ connectionString: primary.url() });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('standby', true)");
    await cp(primary.data, data, { recursive: true });
    const { rows } = await client.query<{ labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)");
    await writeFile(join(data, "backup_label"), rows[0]?.labelfile ?? "");
  } finally {
    await client.end();
  }
  await rm(join(data, "postmaster.pid"), { force: true });
  await writeFile(join(data, "standby.signal"), "");
  await writeFile(join(data, "postgresql.auto.conf"), `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres'\n`);
  chownSync(folder.path, uid, gid);
  chownSync(data, uid, gid);
  for (const entry of await readdir(data, { recursive: true })) chownSync(join(data, entry), uid, gid);

  const port = await freePort();
  const options = `-p ${port} -h 127.0.0.1 -k ${folder.path} -c max_connections=60 -c fsync=off`;
  const control = async (...words: readonly string[]) => {
    const owner = process.getuid?.() === 0 ? { uid, gid } : {};
    // The major is one of those that tests start.
    const child = spawn(join(programsOf(primary.major as Major), "pg_ctl"), ["-D", data, "-w", ...words], { cwd: folder.path, stdio: "ignore", ...owner });
    const [code]: unknown[] = await once(child, "exit");
    if (code !== 0) throw new Error(`pg_ctl ${words.join(" ")} ended with ${String(code)}`);
  };
  await control("-l", folder.join("log"), "-o", options, "start");
  return {
    url: (database = "postgres") => `postgres://postgres@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    async [Symbol.asyncDispose]() {
      await control("-m", "immediate", "stop").catch(() => {});
      await folder[Symbol.asyncDispose]();
    },
  };
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
