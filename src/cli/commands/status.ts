import { Command } from "commander";
import { describe } from "../help.ts";
import type { StatusOptions } from "../operations/status.ts";
import type { Cli } from "../cli.ts";

export function statusCommand(cli: Cli): Command {
  return describe(new Command("status"), {
    summary: "how a plan, its syncs and its runs are",
    examples: [
      ["tidemark status media.yaml", "all syncs of a plan, runs that go on, last runs, locks"],
      ["tidemark status media.yaml --watch", "on a screen that keeps up; enter: the history of a sync"],
      ["tidemark status", "every plan whose state is in .tidemark here"],
    ],
    exits: ["done", "error", "interrupted"],
  })
    .argument("[PLAN]", "the plan file; default: the states in .tidemark here")
    .option("-w, --watch", "keep looking: a screen in a terminal, elsewhere a few lines for each change")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .action(
      cli.handle<[string | undefined], StatusOptions>(async (context, [file], options) => {
        const { runStatus } = await import("../operations/status.ts");
        return runStatus(context, file, options);
      }),
    );
}
