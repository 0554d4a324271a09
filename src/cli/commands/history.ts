import { Command } from "commander";
import { describe } from "../help.ts";
import type { HistoryOptions } from "../operations/history.ts";
import type { Cli } from "../cli.ts";

export function historyCommand(cli: Cli): Command {
  return describe(new Command("history"), {
    summary: "show earlier runs, or what one of them could not do",
    examples: [
      ["tidemark history media.yaml", "runs, newest first"],
      ["tidemark history media.yaml --run 3f2a", "the problems of one run; the beginning of its id is enough"],
    ],
    exits: ["done", "error"],
  })
    .argument("PLAN", "the plan file")
    .option("--run <run>", "list the problems of this run")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .action(
      cli.handle<[string], HistoryOptions>(async (context, [file], options) => {
        const { runHistory } = await import("../operations/history.ts");
        return runHistory(context, file, options);
      }),
    );
}
