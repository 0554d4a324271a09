import { Command, Option } from "commander";
import { describe } from "../help.ts";
import type { RunCommandOptions } from "../operations/run.ts";
import type { Cli } from "../cli.ts";

export function runCommand(cli: Cli): Command {
  return describe(new Command("run"), {
    summary: "apply the syncs of plans, each once its start has come",
    examples: [
      ["tidemark run shop.yaml", "wait for each sync's `schedule.start`, and apply it then"],
      ["tidemark run shop.yaml media.yaml --progress plain", "several plans; one apply at a time"],
    ],
    exits: ["done", "error", "partly", "outdated", "locked", "interrupted"],
  })
    .argument("PLAN...", "plan files; a sync without a start begins at once")
    .option("--confirm <code...>", "accept checks that ask for it")
    .option("--sync <name...>", "only these syncs")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as each plan says")
    .addOption(new Option("--progress <mode>", "how far it is, on stderr").choices(["auto", "tty", "plain", "json", "none"]).default("auto"))
    .action(
      cli.handle<[string[]], RunCommandOptions>(async (context, [files], options) => {
        const { runRun } = await import("../operations/run.ts");
        return runRun(context, files, options);
      }),
    );
}
