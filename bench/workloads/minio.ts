import { join } from "node:path";
import { rclone, rcloneParallel, s5cmd, tidemark, tidemarkApply } from "../support/commands.ts";
import { writeSmallFiles } from "../support/files.ts";
import { measure } from "../support/measure.ts";
import type { Bench, Contestant, Workload } from "../support/workload.ts";

const FILES = 5000;

export const minioUpload: Workload = {
  name: "minio-upload-5k",
  title: "MinIO: directory → store, 5,000 × 4 KiB",
  note: "MinIO itself takes most of the processors here.",
  goal: {},
  needs: "minio",
  setUp: async (bench) => {
    const { url, source } = await filled(bench);
    const contestant = (tool: Contestant["tool"], command: (bucket: string) => ReturnType<Contestant["command"]>): Contestant => ({
      tool,
      command: async (repetition) => {
        const bucket = `${tool}-${repetition}`;
        await run(bench, s5cmd(bench, url, "mb", `s3://${bucket}`));
        return command(bucket);
      },
    });
    return [
      contestant("tidemark", async (bucket) => tidemarkApply(bench, await bench.plan(bucket, { directory: source }, { bucket, url }), `state-${bucket}`)),
      contestant("s5cmd", (bucket) => s5cmd(bench, url, "cp", `${source}/*`, `s3://${bucket}/`)),
      contestant("rclone", (bucket) => rclone(bench, [url], "copy", source, `A:${bucket}`, ...rcloneParallel())),
    ];
  },
};

export const minioNothingChanged: Workload = {
  name: "minio-nothing-changed-5k",
  title: "MinIO: nothing changed, 5,000 objects on both sides",
  goal: {},
  needs: "minio",
  setUp: async (bench) => {
    const { url, source } = await filled(bench);
    for (const bucket of ["bench-from", "bench-to"]) {
      await run(bench, s5cmd(bench, url, "mb", `s3://${bucket}`));
      await run(bench, s5cmd(bench, url, "cp", `${source}/*`, `s3://${bucket}/`));
    }
    const plan = await bench.plan("plan", { bucket: "bench-from", url }, { bucket: "bench-to", url });
    return [
      { tool: "tidemark", command: (repetition) => tidemark(bench, "plan", plan, "--state", `state-${repetition}`) },
      { tool: "rclone", command: () => rclone(bench, [url], "sync", "A:bench-from", "A:bench-to", "--checksum", "--fast-list") },
      { tool: "s5cmd", command: () => s5cmd(bench, url, "sync", "--size-only", "s3://bench-from/*", "s3://bench-to/") },
    ];
  },
};

async function filled(bench: Bench): Promise<{ readonly url: string; readonly source: string }> {
  const url = await bench.minio();
  const source = join(bench.folder, "source");
  await writeSmallFiles(source, bench.items(FILES));
  return { url, source };
}

async function run({ tools, folder }: Bench, command: Parameters<typeof measure>[2]): Promise<void> {
  await measure(tools.measurer, folder, command);
}
