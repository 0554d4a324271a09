import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync } from "node:fs";
import { chmod, cp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Major, programsOf, startPostgres } from "../../support/postgres/servers.ts";
import { temporaryFolder } from "../../support/temp.ts";
import { sessionTo } from "./sessions.ts";

export interface StandbyPair extends AsyncDisposable {
  /** Ports. */
  readonly primary: number;
  readonly standby: number;
  /** Resolves when the standby has applied the primary's log up to there. */
  caughtUp(lsn: string): Promise<void>;
}

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** A primary and a hot standby of it, from 15 on. npm brings no pg_basebackup: the files are copied as the manual says. */
export async function startStandby(major: Extract<Major, 15 | 18>): Promise<StandbyPair> {
  const stack = new AsyncDisposableStack();
  const primary = await startPostgres(major, { settings: ["synchronous_commit=on"] });
  stack.defer(() => primary.stop());
  const folder = stack.use(await temporaryFolder("tidemark-standby-"));
  if (isRoot) chownSync(folder.path, NOBODY, NOBODY);
  const data = folder.join("data");
  {
    await using session = await sessionTo({ name: "postgres", port: primary.port });
    await session.query("SELECT pg_backup_start('standby', true)");
    await cp(primary.data, data, { recursive: true });
    const [stop] = await session.query<{ label: string }>("SELECT labelfile AS label FROM pg_backup_stop(false)");
    await rm(join(data, "postmaster.pid"), { force: true });
    await writeFile(join(data, "backup_label"), stop?.label ?? "");
  }
  await writeFile(join(data, "standby.signal"), "");
  await chmod(data, 0o700);
  if (isRoot) {
    chownSync(data, NOBODY, NOBODY);
    for (const name of await readdir(data, { recursive: true })) chownSync(join(data, name), NOBODY, NOBODY);
  }
  const port = await freePort();
  const options = [
    `-p ${port} -h 127.0.0.1 -k ${folder.path} -c fsync=off -c max_connections=60 -c hot_standby=on`,
    `-c primary_conninfo=host=127.0.0.1\\ port=${primary.port}\\ user=postgres`,
  ].join(" ");
  const control = (...words: readonly string[]) => run(join(programsOf(major), "pg_ctl"), ["-D", data, "-w", ...words], folder.path);
  await control("-l", folder.join("log"), "-o", options, "start");
  stack.defer(() => control("-m", "immediate", "stop"));
  return {
    primary: primary.port,
    standby: port,
    async caughtUp(lsn) {
      await using session = await sessionTo({ name: "postgres", port });
      for (;;) {
        const [row] = await session.query<{ done: boolean }>("SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done", [lsn]);
        if (row?.done === true) return;
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function run(program: string, words: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, words, { cwd, stdio: "ignore", env: { LC_ALL: "C", TZ: "UTC" }, ...(isRoot && { uid: NOBODY, gid: NOBODY }) });
  const [code]: unknown[] = await once(child, "exit");
  if (code !== 0) throw new Error(`${program} ${words.join(" ")} ended with ${String(code)}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}
