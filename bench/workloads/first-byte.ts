import { rclone, rcloneParallel, s5cmd, tidemarkApply } from "../support/commands.ts";
import type { Watched } from "../support/measure.ts";
import type { BenchServer } from "../support/servers.ts";
import type { Contestant, Workload } from "../support/workload.ts";

const POLL_MS = 50;

export const firstByte: Workload = {
  name: "first-byte-1m",
  title: "Time from `apply` to the first write, 1,000,000 objects on the source",
  note: "Ours plans everything before it writes anything: the guards and the approval are about the whole. A saved changeset begins at once.",
  goal: {},
  setUp: async (bench) => {
    const server = await bench.server();
    const source = `tree-${bench.items(1_000_000)}`;
    const watch = (started: Watched) => untilFirstWrite(server, started);
    const contestant = (tool: Contestant["tool"], command: (bucket: string) => ReturnType<Contestant["command"]>): Contestant => ({
      tool,
      watch,
      command: (repetition) => command(`empty-${tool}-${repetition}`),
    });
    return [
      contestant("tidemark", async (bucket) =>
        tidemarkApply(bench, await bench.plan(bucket, { bucket: source, url: server.url }, { bucket, url: server.url }), `state-${bucket}`),
      ),
      contestant("rclone", (bucket) => rclone(bench, [server.url], "copy", `A:${source}`, `A:${bucket}`, "--fast-list", ...rcloneParallel())),
      contestant("s5cmd", (bucket) => s5cmd(bench, server.url, "cp", `s3://${source}/*`, `s3://${bucket}/`)),
    ];
  },
};

/** The server notes the instant itself, so that the poll's length does not matter. */
async function untilFirstWrite(server: BenchServer, started: Watched): Promise<number> {
  while (!started.ended.aborted) {
    const { firstWrite } = await server.counts();
    if (firstWrite > 0) {
      started.stop();
      return firstWrite - started.startedAt;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("it ended without a write");
}
