/**
 * The main jobs in under a minute: `npm run demo`.
 *
 * Starts an S3 server of the test support over a temporary folder, and a PostgreSQL server that npm
 * brought; makes files and a small shop, and runs the built CLI as a user would: plan, apply, apply
 * again, compare. Prints what they would see; fails where anything is off.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { styleText } from "node:util";
import pg from "pg";
import { type PostgresServer, startPostgres } from "../test/support/postgres/servers.ts";
import { startS3Server, type S3Server } from "../test/support/s3-server/index.ts";
import { temporaryFolder, type TemporaryFolder } from "../test/support/temp.ts";
import { ENVIRONMENT, ROOT } from "./support/processes.ts";
import { forgetResult, writeResult } from "./support/results.ts";
import { build } from "./support/vitest.ts";

const MIB = 2 ** 20;

await forgetResult("demo");
const failures: string[] = [];
if (await build()) await demo();
else failures.push("the CLI could not be built");

for (const failure of failures) process.stdout.write(`${styleText("red", "OFF")}  ${failure}\n`);
await writeResult("demo", { passed: failures.length === 0 ? 1 : 0, failed: failures.length, skipped: 0 });
process.exitCode = failures.length === 0 ? 0 : 1;

async function demo(): Promise<void> {
  await using folder = await temporaryFolder("tidemark-demo-");
  const server = await startS3Server({ folder: folder.join("store"), buckets: ["media"] });
  try {
    await tour(folder, server);
  } finally {
    await server.close();
  }
  const database = await startPostgres(18);
  try {
    await databaseTour(folder, database);
  } finally {
    await database.stop();
  }
}

async function tour(folder: TemporaryFolder, server: S3Server): Promise<void> {
  const files = await writeFiles(folder.join("photos"));
  await writeFile(folder.join("media.yaml"), plan(server.endpoint));
  say(`${files} files in ./photos, one of 40 MiB; an S3 server at ${server.endpoint}; and this plan:`);
  process.stdout.write(`${(await readFile(folder.join("media.yaml"), "utf8")).trim().replaceAll(/^/gm, "  ")}\n`);

  const keys = { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey, AWS_REGION: server.region };
  const tidemark = (words: readonly string[]) => runTidemark(folder.path, keys, words);
  say("What would happen? Nothing is written yet.");
  must(await tidemark(["plan", "media.yaml"]), 0, `Plan: ${files} to copy`);

  say("Do it. Without --auto-approve it would ask.");
  must(await tidemark(["apply", "media.yaml", "--auto-approve"]), 0, "");

  say("Once more: what was done is remembered.");
  must(await tidemark(["apply", "media.yaml", "--auto-approve"]), 0, `${files} unchanged`);

  say("Change one file, and look again.");
  await writeFile(folder.join("photos", "2024", "05", "beach-03.jpg"), "another picture");
  must(await tidemark(["plan", "media.yaml"]), 0, "1 to overwrite");
}

async function databaseTour(folder: TemporaryFolder, server: PostgresServer): Promise<void> {
  await makeShop(server);
  await writeFile(folder.join("shop.yaml"), databasePlan(server));
  say(`A small shop in a database, at ${server.url("shop")}; and this plan:`);
  process.stdout.write(`${(await readFile(folder.join("shop.yaml"), "utf8")).trim().replaceAll(/^/gm, "  ")}\n`);
  const tidemark = (words: readonly string[]) => runTidemark(folder.path, {}, words);

  say("What would be created and copied?");
  must(await tidemark(["plan", "shop.yaml"]), 0, "copy rows");

  say("Do it: the database is created, filled under one snapshot, and indexed as tables are filled.");
  must(await tidemark(["apply", "shop.yaml", "--auto-approve"]), 0, "Applied");

  say("Are both ends the same? By definitions, by counts, by every value.");
  must(await tidemark(["compare", "shop.yaml"]), 0, "0 different");

  say("One row changes at the copy. Which?");
  await query(server, "copy", "UPDATE customers SET name = 'Somebody else' WHERE id = 7");
  must(await tidemark(["compare", "shop.yaml"]), 2, "customers");
}

async function makeShop(server: PostgresServer): Promise<void> {
  await query(server, "postgres", "CREATE DATABASE shop");
  await query(
    server,
    "shop",
    `CREATE TYPE payment AS ENUM ('card', 'transfer');
     CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email text UNIQUE);
     CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int NOT NULL REFERENCES customers, paid payment, total numeric(10, 2) CHECK (total > 0), at timestamptz NOT NULL);
     CREATE INDEX orders_by_customer ON orders (customer, at);
     CREATE MATERIALIZED VIEW sales AS SELECT date_trunc('month', at) AS month, sum(total) AS total FROM orders GROUP BY 1;
     INSERT INTO customers (name, email) SELECT 'Customer ' || i, 'customer' || i || '@example.com' FROM generate_series(1, 2000) i;
     INSERT INTO orders (customer, paid, total, at) SELECT 1 + i % 2000, 'card', 1 + i % 300, timestamptz '2025-01-01' + i * interval '7 minutes' FROM generate_series(1, 50000) i;
     REFRESH MATERIALIZED VIEW sales;`,
  );
}

async function query(server: PostgresServer, database: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function databasePlan(server: PostgresServer): string {
  return `version: 1
name: shop
locations:
  app: { type: postgres, url: "${server.url("shop")}" }
  replica: { type: postgres, url: "${server.url("copy")}" }
syncs:
  shop: { from: app, to: replica }
`;
}

/** A few dozen files in folders, with names that trouble other tools, and one that needs a multipart upload. */
async function writeFiles(root: string): Promise<number> {
  const names = [
    ...Array.from({ length: 24 }, (_, i) => `2024/${String(5 + (i % 3)).padStart(2, "0")}/beach-${String(i).padStart(2, "0")}.jpg`),
    ...Array.from({ length: 6 }, (_, i) => `2025/raw/take ${i + 1}.dng`),
    "a b+c%41.txt",
    "été/naïve façade.md",
    "emoji/\u{1F600} and \uFF5E.txt",
    'quotes/it\'s "fine" & <so on>.html',
    "control/line\nbreak\u0007.txt",
    "same",
    "same.d/x",
    "empty",
  ];
  for (const name of names) await put(root, name, name === "empty" ? Buffer.alloc(0) : randomBytes(2000 + name.length * 100));
  await put(root, "video/tide.mov", randomBytes(40 * MIB));
  return names.length + 1;
}

async function put(root: string, name: string, content: Buffer): Promise<void> {
  await mkdir(dirname(`${root}/${name}`), { recursive: true });
  await writeFile(`${root}/${name}`, content);
}

function plan(url: string): string {
  return `version: 1
name: media
locations:
  photos: { type: directory, path: ./photos }
  bucket: { type: s3, bucket: media, prefix: backup/, endpoint: "${url}" }
syncs:
  photos: { from: photos, to: bucket }
`;
}

function say(text: string): void {
  process.stdout.write(`\n${styleText("bold", `# ${text}`)}\n`);
}

interface Seen {
  readonly command: string;
  readonly code: number | null;
  readonly output: string;
}

/** Shows the command line and passes its output on, as in a terminal. */
function runTidemark(directory: string, keys: Readonly<Record<string, string>>, words: readonly string[]): Promise<Seen> {
  const command = `tidemark ${words.join(" ")}`;
  process.stdout.write(`${styleText("cyan", `$ ${command}`)}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${ROOT}/dist/main.js`, ...words], {
      cwd: directory,
      env: { ...ENVIRONMENT, ...keys },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.once("error", reject).once("close", (code) => resolve({ command, code, output }));
  });
}

function must({ command, code, output }: Seen, wantedCode: number, wantedText: string): void {
  if (code !== wantedCode) failures.push(`${command} ended with ${code} instead of ${wantedCode}`);
  if (!output.includes(wantedText)) failures.push(`${command} did not say "${wantedText}"`);
}
