import { join } from "node:path";
import { rclone, rcloneParallel, s5cmd, tidemarkApply } from "../support/commands.ts";
import { writeSmallFiles } from "../support/files.ts";
import { filling } from "../support/filling.ts";
import type { Bench, Contestant, Workload } from "../support/workload.ts";

const FILES = 20_000;

export const uploadSmall: Workload = {
  name: "upload-20k",
  title: "Directory → store, 20,000 × 4 KiB",
  note: "Ours plans and applies in one command.",
  goal: { faster: { s5cmd: 2, rclone: 2 }, maxRssMiB: 250 },
  setUp: (bench) => contestants(bench, 0, 64),
};

export const uploadSmallFar: Workload = {
  name: "upload-20k-20ms",
  title: "Directory → store, 20,000 × 4 KiB, at 20 ms a request",
  note: "rclone with 256 transfers, which suits it best here.",
  goal: { faster: { s5cmd: 2, rclone: 2 }, maxRssMiB: 250 },
  setUp: (bench) => contestants(bench, 20, 256),
};

async function contestants(bench: Bench, delayMs: number, transfers: number): Promise<readonly Contestant[]> {
  const server = await bench.server(delayMs);
  const count = bench.items(FILES);
  const source = join(bench.folder, "source");
  await writeSmallFiles(source, count);
  const contestant = filling(server, count);
  return [
    contestant("tidemark", async (bucket) =>
      tidemarkApply(bench, await bench.plan(bucket, { directory: source }, { bucket, url: server.url }), `state-${bucket}`),
    ),
    contestant("s5cmd", (bucket) => s5cmd(bench, server.url, "cp", `${source}/*`, `s3://${bucket}/`)),
    contestant("rclone", (bucket) => rclone(bench, [server.url], "copy", source, `A:${bucket}`, ...rcloneParallel(transfers))),
  ];
}
