import type { Command } from "./measure.ts";
import type { BenchServer } from "./servers.ts";
import type { Contestant, Tool } from "./workload.ts";

/** Makes a contestant of a command that fills an empty bucket. A bucket that does not hold what it should in the end is no result. */
export function filling(server: BenchServer, count: number): (tool: Tool, command: (bucket: string) => Promise<Command> | Command) => Contestant {
  return (tool, command) => {
    const bucket = (repetition: number) => `empty-${tool.replaceAll(/\W+/g, "-")}-${repetition}`;
    return {
      tool,
      command: (repetition) => command(bucket(repetition)),
      verify: async (repetition) => {
        const found = await server.objects(bucket(repetition));
        if (found !== count) throw new Error(`${bucket(repetition)} holds ${found} objects instead of ${count}`);
      },
    };
  };
}
