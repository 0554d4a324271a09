import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tidemark } from "../support/commands.ts";
import { writeSmallFiles } from "../support/files.ts";
import { filling } from "../support/filling.ts";
import type { Bench, Tool, Workload } from "../support/workload.ts";

const FILES = 20_000;
const IN_TERMINAL = fileURLToPath(new URL("../support/in-terminal.ts", import.meta.url));

export const progressOnTerminal: Workload = {
  name: "progress-tty",
  title: "Directory → store, 20,000 × 4 KiB, with a screen of how far it is",
  note: "Both in a pseudo-terminal: as somebody sees it, and with `--progress none`.",
  goal: { slower: { "tidemark --progress none": 1.05 } },
  repetitions: 7,
  setUp: async (bench) => {
    const server = await bench.server();
    const count = bench.items(FILES);
    const source = join(bench.folder, "source");
    await writeSmallFiles(source, count);
    const contestant = filling(server, count);
    const apply = (tool: Tool, progress: string) =>
      contestant(tool, async (bucket) => {
        const plan = await bench.plan(bucket, { directory: source }, { bucket, url: server.url });
        return inTerminal(bench, "apply", plan, "--auto-approve", "--progress", progress, "--state", `state-${bucket}`);
      });
    return [apply("tidemark", "tty"), apply("tidemark --progress none", "none")];
  },
};

function inTerminal(bench: Bench, ...words: readonly string[]) {
  const { program, arguments: given, ...rest } = tidemark(bench, ...words);
  return { ...rest, program: bench.tools.node, arguments: [IN_TERMINAL, bench.tools.node, program, ...given] };
}
