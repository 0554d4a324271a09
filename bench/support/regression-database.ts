import { execFile } from "node:child_process";
import { access, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT, run } from "../../scripts/support/processes.ts";
import type { PostgresServer } from "../../test/support/postgres/servers.ts";
import { query } from "./databases.ts";
import { MAJOR, PROGRAMS } from "./postgres-tools.ts";

const FOLDER = join(ROOT, ".tools", "postgres-regression");
const SOURCE = join(FOLDER, "source");
const REGRESS = join(SOURCE, "src", "test", "regress");
const NOBODY = 65_534;
const LONGEST_OUTPUT = 64 << 20;

export const REGRESSION = "regression";

/**
 * Makes PostgreSQL's own regression database: what its tests leave behind, some of every kind of object.
 *
 * @param share of the groups of tests; less than 1 leaves a smaller database
 * @throws where Debian's source package, a compiler or make is not to be had
 */
export async function makeRegressionDatabase(server: PostgresServer, share: number): Promise<void> {
  await buildRegress();
  // Beneath the server's folder: the server writes files there, as a user who sees little else.
  const output = await mkdtemp(join(dirname(server.data), "regress-"));
  const schedule = join(output, "schedule");
  await writeFile(schedule, firstGroups(await readFile(join(REGRESS, "parallel_schedule"), "utf8"), share));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(output, NOBODY, NOBODY);
  const words = [
    `--inputdir=${REGRESS}`,
    `--outputdir=${output}`,
    `--bindir=${PROGRAMS}`,
    `--dlpath=${REGRESS}`,
    `--schedule=${schedule}`,
    "--max-concurrent-tests=20",
    "--host=127.0.0.1",
    `--port=${server.port}`,
    "--user=postgres",
    `--dbname=${REGRESSION}`,
  ];
  // Tests that fail on this machine do not matter, but the database has to be there.
  const told = await promisify(execFile)(join(REGRESS, "pg_regress"), words, {
    cwd: output,
    maxBuffer: LONGEST_OUTPUT,
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  }).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(error instanceof Error && "stdout" in error ? error.stdout : error),
  );
  const summary = /^ *((?:All )?\d+ .*tests? (?:passed|failed).*?)\.? *$/m.exec(told)?.[1];
  if (summary === undefined) throw new Error(`pg_regress did not come to its end:\n${told.slice(-2000)}`);
  process.stdout.write(`  pg_regress: ${summary}\n`);
  await mendTriggers(server.url(REGRESSION));
  await query(server.url(REGRESSION), "ANALYZE");
}

/** `check` refuses a trigger that is disabled on a partition: partitions take their state from elsewhere than it is set. */
async function mendTriggers(url: string): Promise<void> {
  const triggers = await query(
    url,
    `SELECT format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) AS sql FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
     WHERE tgenabled = 'D' AND NOT tgisinternal AND (relkind = 'p' OR relispartition)`,
  );
  for (const { sql } of triggers) await query(url, String(sql));
}

/** Lines that begin with `test:`, in their order. The others are comments. */
function firstGroups(schedule: string, share: number): string {
  const groups = schedule.split("\n").filter((line) => line.startsWith("test:"));
  return `${groups.slice(0, Math.max(4, Math.ceil(groups.length * Math.min(share, 1)))).join("\n")}\n`;
}

/** Fetches and builds what the tests need, once: no server, only libraries and the program that runs them. */
async function buildRegress(): Promise<void> {
  const done = join(FOLDER, "done");
  if (await exists(done)) return;
  await rm(SOURCE, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  process.stdout.write("  Building PostgreSQL's regression tests into .tools/: minutes, once …\n");
  await fetchSource();
  await step("configure", "sh", ["configure", "--without-readline", "--without-zlib"]);
  await step("make the headers", "make", ["-C", "src/backend", "generated-headers"]);
  for (const folder of ["src/interfaces/libpq", "src/test/regress", "contrib/spi"]) await step(`make ${folder}`, "make", ["-j2", "-C", folder, "all"]);
  await writeFile(done, "");
}

/** The newest of the installed package's version and those that the mirror has. */
async function fetchSource(): Promise<void> {
  const apt = await sourceLists();
  await must("apt-get update", run("apt-get", [...apt, "-qq", "update"]));
  const name = `postgresql-${MAJOR}`;
  const installed = (await run("dpkg-query", ["-W", "-f=${Version}", name])).output.trim();
  const offered = (await run("apt-cache", [...apt, "showsrc", name])).output.matchAll(/^Version: (\S+)$/gm);
  const tried: string[] = [];
  for (const version of new Set([installed, ...[...offered].map(([, found]) => found ?? "")])) {
    const { code, output } = await run("apt-get", [...apt, "-qq", "source", "--download-only", `${name}=${version}`], { directory: FOLDER });
    const archive = (await readdir(FOLDER)).find((file) => file.startsWith(`${name}_`) && file.includes(".orig.tar."));
    if (code === 0 && archive !== undefined) {
      await mkdir(SOURCE);
      await must("unpack the source", run("tar", ["-xf", join(FOLDER, archive), "-C", SOURCE, "--strip-components=1"]));
      return;
    }
    tried.push(`${version}: ${output.trim()}`);
  }
  throw new Error(`The source of ${name} cannot be had from Debian:\n${tried.join("\n")}`);
}

/** The machine's own sources of packages, as sources of source packages, in a folder of their own. @returns options for apt */
async function sourceLists(): Promise<readonly string[]> {
  const [lists, parts] = [join(FOLDER, "apt-lists"), join(FOLDER, "apt-parts")];
  for (const folder of [join(lists, "partial"), parts]) await mkdir(folder, { recursive: true });
  for (const file of ["sources.list", ...(await readdir("/etc/apt/sources.list.d")).map((name) => `sources.list.d/${name}`)]) {
    if (!/\.(list|sources)$/.test(file)) continue;
    const text = await readFile(join("/etc/apt", file), "utf8").catch(() => "");
    const own = join(parts, `own-${file.replaceAll("/", "-")}`);
    await writeFile(`${own}.new`, text.replaceAll(/^Types:.*$/gm, "Types: deb-src").replaceAll(/^deb /gm, "deb-src "));
    await rename(`${own}.new`, own);
  }
  return ["-o", "Dir::Etc::sourcelist=/dev/null", "-o", `Dir::Etc::sourceparts=${parts}`, "-o", `Dir::State::lists=${lists}`, "-o", "APT::Sandbox::User=root"];
}

function step(what: string, program: string, words: readonly string[]): Promise<void> {
  return must(what, run(program, words, { directory: SOURCE }));
}

async function must(what: string, finished: ReturnType<typeof run>): Promise<void> {
  const { code, output } = await finished;
  if (code !== 0) throw new Error(`Could not ${what}:\n${output.slice(-4000)}`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
