import { join } from "node:path";
import { tidemark } from "../support/commands.ts";
import type { Contestant, Workload } from "../support/workload.ts";

const bareNode = (program: string): Contestant => ({ tool: "node", command: () => ({ program, arguments: ["-e", "0"] }) });

export const help: Workload = {
  name: "help",
  title: "`--help`",
  goal: { slower: { node: 2.2 } },
  repetitions: 15,
  setUp: (bench) => Promise.resolve([{ tool: "tidemark", command: () => tidemark(bench, "--help") }, bareNode(bench.tools.node)]),
};

export const validate: Workload = {
  name: "validate",
  title: "`validate` of a small plan",
  goal: { slower: { node: 2.2 } },
  repetitions: 15,
  setUp: async (bench) => {
    const plan = await bench.plan("plan", { directory: join(bench.folder, "from") }, { directory: join(bench.folder, "to") });
    return [{ tool: "tidemark", command: () => tidemark(bench, "validate", plan) }, bareNode(bench.tools.node)];
  },
};
