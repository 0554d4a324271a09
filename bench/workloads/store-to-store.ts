import { rclone, rcloneParallel, tidemarkApply } from "../support/commands.ts";
import { holds } from "../support/verify.ts";
import type { Workload } from "../support/workload.ts";

export const storeToStore: Workload = {
  name: "store-to-store-20k",
  title: "Store → other store, 20,000 × 4 KiB through the client",
  note: "s5cmd cannot: it knows one endpoint at a time.",
  goal: { faster: { rclone: 2 } },
  setUp: async (bench) => {
    const [from, to] = [await bench.server(), await bench.server()];
    const count = bench.items(20_000);
    const source = `tree-${count}`;
    return [
      {
        tool: "tidemark",
        command: async (repetition) => {
          const bucket = `empty-tidemark-${repetition}`;
          return tidemarkApply(bench, await bench.plan(bucket, { bucket: source, url: from.url }, { bucket, url: to.url }), `state-${repetition}`);
        },
        verify: (repetition) => holds(to, `empty-tidemark-${repetition}`, count),
      },
      {
        tool: "rclone",
        command: (repetition) => rclone(bench, [from.url, to.url], "copy", `A:${source}`, `B:empty-rclone-${repetition}`, ...rcloneParallel()),
        verify: (repetition) => holds(to, `empty-rclone-${repetition}`, count),
      },
    ];
  },
};
