import { Command } from "commander";
import { describe } from "../help.ts";
import type { StopOptions } from "../operations/stop.ts";
import type { Cli } from "../cli.ts";

export function stopCommand(cli: Cli): Command {
  return describe(new Command("stop"), {
    summary: "ask the run of a plan to stop, from another process or machine",
    examples: [
      ["tidemark stop media.yaml", "finish what is in flight; `apply` goes on later"],
      ["tidemark stop media.yaml --force", "cut it off and clean up"],
    ],
    exits: ["done", "error"],
  })
    .argument("PLAN|RUN", "the plan file whose run is meant, or a run of the state in .tidemark here")
    .option("--run <run>", "only this run; the beginning of its id is enough")
    .option("--force", "cut off what is in flight")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .action(
      cli.handle<[string], StopOptions>(async (context, [file], options) => {
        const { runStop } = await import("../operations/stop.ts");
        return runStop(context, file, options);
      }),
    );
}
