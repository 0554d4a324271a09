import { Command, Option } from "commander";
import { describe } from "../help.ts";
import type { ReviewOptions } from "../operations/review.ts";
import type { Cli } from "../cli.ts";

export function reviewCommand(cli: Cli): Command {
  return describe(new Command("review"), {
    summary: "say what a change of a plan file means, dangers first",
    examples: [
      ["tidemark review media.yaml --base origin/main", "what this branch changes; needs neither credentials nor variables"],
      ["tidemark review media.yaml --base origin/main --plan --markdown comment.md", "and what it adds to and takes from what would happen"],
      ["tidemark review media.yaml --base HEAD --fail-on danger", "before a commit"],
    ],
    exits: ["done", "error", "changes", "interrupted"],
  })
    .argument("PLAN", "the plan file")
    .requiredOption("--base <ref>", "the git revision to compare with: a branch, a tag or a commit")
    .option("--base-file <file>", "what the file was called there; default: the same")
    .option("--plan", "plan both versions, and compare what would happen")
    .option("--changesets <file...>", "compare these two instead: that of the base, then the new one; or show the new one")
    .addOption(new Option("--format <format>", "how findings are printed").choices(["human", "github"]).default("human"))
    .option("--markdown <file>", "also write it as a comment for a pull request")
    .option("--step-summary", "also add that to the page of a GitHub job")
    .addOption(new Option("--fail-on <severity>", "exit with 2 where there is one as grave").choices(["danger", "change", "note"]))
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .action(
      cli.handle<[string], ReviewOptions>(async (context, [file], options) => {
        const { runReview } = await import("../operations/review.ts");
        return runReview(context, file, options);
      }),
    );
}
