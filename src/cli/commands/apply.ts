import { Command, Option } from "commander";
import { describe } from "../help.ts";
import type { ApplyCommandOptions } from "../operations/apply.ts";
import type { Cli } from "../cli.ts";

export function applyCommand(cli: Cli): Command {
  return describe(new Command("apply"), {
    summary: "do what a plan says, after asking, or exactly what a changeset holds",
    examples: [
      ["tidemark apply media.yaml", "plan, show, ask, apply"],
      ["tidemark apply media.changes", "apply what was reviewed; asks nothing"],
      ["tidemark apply media.yaml --retry-failed 3f2a", "only what failed in that run; asks nothing"],
      ["tidemark apply media.yaml --plan-id sha256:… --progress plain", "in a job: plan again, go on only if it is the same"],
    ],
    exits: ["done", "error", "partly", "outdated", "locked", "interrupted"],
  })
    .argument("PLAN|CHANGESET", "the plan file, or a file that `plan --out` wrote")
    .option("--auto-approve", "do not ask")
    .option("--confirm <code...>", "accept checks that ask for it")
    .option("--plan-id <id>", "apply only if the plan comes to this identity; does not ask")
    .option("--plan <file>", "the plan file of a changeset; default: where it was when planned")
    .option("--sync <name...>", "only these syncs")
    .option("--retry-failed <run>", "only what failed in that run, from the changeset it applied; does not ask")
    .option("-b, --browse", "look through all of the plan on a screen, and approve it there")
    .option("--html <file>", "afterwards write what became of it as a page to look at in a browser")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .addOption(new Option("--progress <mode>", "how far it is, on stderr").choices(["auto", "tty", "plain", "json", "none"]).default("auto"))
    .action(
      cli.handle<[string], ApplyCommandOptions>(async (context, [file], options) => {
        const { runApply } = await import("../operations/apply.ts");
        return runApply(context, file, options);
      }),
    );
}
