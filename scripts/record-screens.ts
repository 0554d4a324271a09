/**
 * Draws the screens of the documents: `node scripts/record-screens.ts [NAME…]` runs the built CLI in a
 * terminal, types what a person would, and writes what stands there then to docs/images.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startS3Server } from "../test/support/s3-server/index.ts";
import { type Pty, startTerminal } from "../test/support/terminal.ts";
import { temporaryFolder } from "../test/support/temp.ts";
import { databaseActions, writeChangeset } from "../test/screens/changesets.ts";
import { screenSvg } from "./support/screen-svg.ts";

const IMAGES = join(import.meta.dirname, "../docs/images");
const COLUMNS = 96;
const ROWS = 22;
/** The endpoint and the times are part of a plan's identity: the same picture whenever it is drawn. */
const PORT = 9217;
const THEN = new Date("2026-03-01T08:00:00Z");

interface World extends AsyncDisposable {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Scene {
  readonly title: string;
  readonly args: readonly string[];
  /** Types until the screen is as it should be seen. */
  readonly play: (terminal: Pty) => Promise<unknown>;
}

const SCENES: Readonly<Record<string, Scene>> = {
  "plan-overview": {
    title: "tidemark plan media.yaml --browse",
    args: ["plan", "media.yaml", "--browse"],
    play: (terminal) => terminal.shows("q quit"),
  },
  "plan-actions": {
    title: "tidemark plan media.yaml --browse",
    args: ["plan", "media.yaml", "--browse"],
    async play(terminal) {
      await terminal.shows("q quit");
      terminal.press("enter");
      await terminal.shows(/1 of \d+/);
      terminal.type("/beach\r");
      await terminal.until("the match", (lines) => lines.some((line) => line.startsWith("❯") && line.includes("beach")));
    },
  },
  "database-difference": {
    title: "tidemark show shop.changes --browse",
    args: ["show", "shop.changes", "--browse"],
    async play(terminal) {
      await terminal.shows("q quit");
      terminal.press("enter");
      await terminal.shows("function public.total()");
      terminal.press("enter");
      await terminal.shows("how they differ");
    },
  },
  "apply-approval": {
    title: "tidemark apply media.yaml",
    args: ["apply", "media.yaml"],
    async play(terminal) {
      await terminal.shows("are there now.");
      await terminal.shows("> ▏");
      terminal.type("yes");
      await terminal.shows("> yes▏");
    },
  },
};

const wanted = process.argv.slice(2);
for (const [name, scene] of Object.entries(SCENES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await using world = await makeWorld();
  await using terminal = startTerminal(scene.args, { cwd: world.folder, columns: COLUMNS, rows: ROWS, env: world.env });
  await scene.play(terminal);
  const rows = terminal.lines().map((_, row) => terminal.cells(row));
  await mkdir(IMAGES, { recursive: true });
  const drawn = screenSvg({ title: scene.title, columns: COLUMNS, rows: rows.slice(0, lastRow(terminal.lines()) + 1) });
  await writeFile(join(IMAGES, `${name}.svg`), drawn);
  process.stdout.write(`docs/images/${name}.svg\n`);
}

function lastRow(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line !== "");
}

/** A store with photographs to copy, two of them changed, and two that are at the destination only. */
async function makeWorld(): Promise<World> {
  const folder = await temporaryFolder("tidemark-record-");
  const server = await startS3Server({ buckets: ["photos", "archive"], port: PORT, now: () => THEN });
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  const put = async (bucket: string, key: string, kilobytes: number) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.alloc(kilobytes * 1000) }));
  };
  for (let month = 1; month <= 6; month += 1) {
    for (let at = 1; at <= 12; at += 1) {
      const name = `2026/0${month}/${at % 4 === 0 ? "beach" : "harbour"}-${String(at).padStart(2, "0")}.jpg`;
      await put("photos", name, 300 + month * 37 + at * 11);
    }
  }
  await put("archive", "media/2026/01/beach-04.jpg", 290);
  await put("archive", "media/2026/01/beach-08.jpg", 290);
  await put("archive", "media/2019/old-scan.tif", 910);
  await put("archive", "media/2019/old-scan-copy.tif", 910);
  client.destroy();
  const location = (bucket: string) =>
    `{ type: s3, bucket: ${bucket}, region: ${region}, endpoint: "\${ENDPOINT}", credentials: { accessKeyId: "\${AK}", secretAccessKey: "\${SK}" } }`;
  await writeFile(
    folder.join("media.yaml"),
    `version: 1
name: media
locations:
  photos: ${location("photos")}
  archive: ${location("archive")}
syncs:
  files: { from: photos, to: { location: archive, prefix: media/ }, delete: true }
`,
  );
  writeChangeset(
    folder.join("shop.changes"),
    [{ name: "shop", kind: "postgres", from: "postgres://db-old:5432/shop", to: "postgres://db-new:5432/shop", actions: databaseActions() }],
    "shop",
  );
  return {
    folder: folder.path,
    env: { HOME: folder.path, ENDPOINT: endpoint, AK: accessKeyId, SK: secretAccessKey },
    async [Symbol.asyncDispose]() {
      await server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
