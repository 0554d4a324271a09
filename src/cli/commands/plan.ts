import { Command, Option } from "commander";
import type { PlanOptions } from "../operations/plan.ts";
import { describe } from "../help.ts";
import type { Cli } from "../cli.ts";

export function planCommand(cli: Cli): Command {
  return describe(new Command("plan"), {
    summary: "say what a sync would do, and why; changes nothing",
    examples: [
      ["tidemark plan media.yaml", "look"],
      ["tidemark plan media.yaml --out media.changes", "keep it, for `show` and `apply`"],
      ["tidemark plan media.yaml --detailed-exitcode --markdown comment.md", "in a pull request's job"],
    ],
    exits: ["done", "error", "changes", "interrupted"],
  })
    .argument("PLAN", "the plan file")
    .option("-o, --out <file>", "keep the changeset in a file")
    .option("--sync <name...>", "only these syncs")
    .option("--detailed-exitcode", "exit with 2 where there are changes or conflicts")
    .option("--list-skips", "keep what is unchanged in the changeset too, not only its count")
    .option("--compare", "compare rows too, of tables that an earlier run copied")
    .option("--markdown <file>", "also write it as a comment for a pull request")
    .option("--html <file>", "also write it as a page to look at in a browser")
    .option("--step-summary", "also add that to the page of a GitHub job")
    .option("--sarif <file>", "also write what is wrong for a code scanner: SARIF 2.1.0")
    .option("--junit <file>", "also write a test case a sync and finding, for a CI system")
    .option("--verbose", "show every action instead of samples")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .option("-b, --browse", "then look through all of it on a screen")
    .addOption(new Option("--progress <mode>", "how far it is, on stderr").choices(["auto", "tty", "plain", "json", "none"]).default("auto"))
    .action(
      cli.handle<[string], PlanOptions>(async (context, [file], options) => {
        const { runPlan } = await import("../operations/plan.ts");
        return runPlan(context, file, options);
      }),
    );
}
