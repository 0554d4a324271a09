/**
 * The main job in under a minute: `npm run demo`.
 *
 * Starts an S3 server of the test support over a temporary folder, makes files, and runs the built
 * CLI as a user would: plan, apply, apply again. Prints what they would see; fails where anything is off.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { styleText } from "node:util";
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
