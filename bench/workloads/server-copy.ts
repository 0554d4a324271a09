import { rclone, rcloneParallel, s5cmd, tidemarkApply } from "../support/commands.ts";
import { filling } from "../support/filling.ts";
import type { Workload } from "../support/workload.ts";

export const serverCopy: Workload = {
  name: "server-copy-20k",
  title: "Server-side copies within one store, 20,000 × 4 KiB",
  goal: { faster: { s5cmd: 2, rclone: 2 } },
  setUp: async (bench) => {
    const server = await bench.server();
    const { url } = server;
    const count = bench.items(20_000);
    const source = `tree-${count}`;
    const contestant = filling(server, count);
    return [
      contestant("tidemark", async (bucket) => tidemarkApply(bench, await bench.plan(bucket, { bucket: source, url }, { bucket, url }), `state-${bucket}`)),
      contestant("s5cmd", (bucket) => s5cmd(bench, url, "cp", `s3://${source}/*`, `s3://${bucket}/`)),
      contestant("rclone", (bucket) => rclone(bench, [url], "copy", `A:${source}`, `A:${bucket}`, ...rcloneParallel())),
    ];
  },
};
