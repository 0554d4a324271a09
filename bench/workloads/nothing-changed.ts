import { rclone, s5cmd, tidemark } from "../support/commands.ts";
import type { BenchServer } from "../support/servers.ts";
import type { Bench, Contestant, Workload } from "../support/workload.ts";

export const nothingChanged: Workload = {
  name: "nothing-changed-200k",
  title: "Nothing changed, 200,000 objects on both sides",
  goal: { faster: { rclone: 5 }, maxRssMiB: 150 },
  setUp: (bench) => contestants(bench, bench.items(200_000), true),
};

export const nothingChangedMillion: Workload = {
  name: "nothing-changed-1m",
  title: "Nothing changed, 1,000,000 objects on both sides",
  note: "Only ours, to show that memory does not grow with the number of objects.",
  goal: { maxRssMiB: 150 },
  setUp: (bench) => contestants(bench, bench.items(1_000_000), false),
};

async function contestants(bench: Bench, count: number, withPeers: boolean): Promise<readonly Contestant[]> {
  const server = await bench.server();
  const [source, destination] = [`tree-${count}`, `tree-${count}-b`];
  const plan = await bench.plan("plan", { bucket: source, url: server.url }, { bucket: destination, url: server.url });
  const verify = () => wroteNothing(server);
  const ours: Contestant = { tool: "tidemark", verify, command: (repetition) => tidemark(bench, "plan", plan, "--state", `state-${repetition}`) };
  if (!withPeers) return [ours];
  return [
    ours,
    { tool: "rclone", verify, command: () => rclone(bench, [server.url], "sync", `A:${source}`, `A:${destination}`, "--checksum", "--fast-list") },
    { tool: "s5cmd", verify, command: () => s5cmd(bench, server.url, "sync", "--size-only", `s3://${source}/*`, `s3://${destination}/`) },
  ];
}

/** @throws where anything was written */
async function wroteNothing(server: BenchServer): Promise<void> {
  const { put, copy } = await server.counts();
  if (put + copy > 0) throw new Error(`${put + copy} objects were written where nothing had changed`);
}
