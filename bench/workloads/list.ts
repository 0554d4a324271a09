import { rclone, s5cmd, tidemark } from "../support/commands.ts";
import type { Bench, Contestant, Workload } from "../support/workload.ts";

const NOTE = "Ours is `plan` with a size filter that keeps nothing, so that only the listing is left; the peers list names to nowhere.";

export const listMillion: Workload = {
  name: "list-1m",
  title: "List 1,000,000 keys in one flat prefix",
  note: NOTE,
  goal: { faster: { rclone: 5, s5cmd: 5 } },
  setUp: (bench) => contestants(bench, 0),
};

export const listMillionFar: Workload = {
  name: "list-1m-50ms",
  title: "List 1,000,000 keys in one flat prefix, at 50 ms a request",
  note: NOTE,
  goal: { faster: { rclone: 5, s5cmd: 5 } },
  setUp: (bench) => contestants(bench, 50),
};

async function contestants(bench: Bench, delayMs: number): Promise<readonly Contestant[]> {
  const server = await bench.server(delayMs);
  const source = `flat-${bench.items(1_000_000)}`;
  const plan = await bench.plan("plan", { bucket: source, url: server.url }, { bucket: "empty", url: server.url }, { where: { minSize: "1 GiB" } });
  return [
    { tool: "tidemark", command: (repetition) => tidemark(bench, "plan", plan, "--state", `state-${repetition}`) },
    { tool: "rclone", command: () => rclone(bench, [server.url], "lsf", "--recursive", "--fast-list", `A:${source}`) },
    { tool: "s5cmd", command: () => s5cmd(bench, server.url, "ls", `s3://${source}/*`) },
  ];
}
