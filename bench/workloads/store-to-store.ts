import { rclone, rcloneParallel, tidemarkApply } from "../support/commands.ts";
import { filling } from "../support/filling.ts";
import type { Workload } from "../support/workload.ts";

export const storeToStore: Workload = {
  name: "store-to-store-20k",
  title: "Store → other store, 20,000 × 4 KiB through the client",
  note: "s5cmd cannot: it knows one endpoint at a time.",
  goal: { faster: { rclone: 2 } },
  setUp: async (bench) => {
    const [from, to] = [await bench.server(), await bench.server()];
    const count = bench.items(20_000);
    const source = { bucket: `tree-${count}`, url: from.url };
    const contestant = filling(to, count);
    return [
      contestant("tidemark", async (bucket) => tidemarkApply(bench, await bench.plan(bucket, source, { bucket, url: to.url }), `state-${bucket}`)),
      contestant("rclone", (bucket) => rclone(bench, [from.url, to.url], "copy", `A:${source.bucket}`, `B:${bucket}`, ...rcloneParallel())),
    ];
  },
};
