import { Command, Option } from "commander";
import type { Cli } from "../cli.ts";
import { describe } from "../help.ts";
import type { ReportOptions } from "../operations/report.ts";

export function reportCommand(cli: Cli): Command {
  return describe(new Command("report"), {
    summary: "tell one run: what was planned, what was applied, and what was not, and why",
    examples: [
      ["tidemark report 3f2a", "a run of the state in .tidemark here; the beginning of its id is enough"],
      ["tidemark report 3f2a --plan media.yaml --html run.html", "as a page to look at in a browser"],
      ["tidemark report 3f2a --list unapplied --json", "one of its three lists, for a script"],
    ],
    exits: ["done", "error"],
  })
    .argument("RUN", "the run, as `history` lists it")
    .addOption(new Option("--list <list>", "all of one list").choices(["planned", "applied", "unapplied"]))
    .option("--html <file>", "also write it as a page to look at in a browser")
    .option("--markdown", "as a comment for a pull request")
    .option("--changeset <file>", "what the run applied; default: as it was kept beside the state")
    .option("--plan <file>", "the plan file whose state has the run")
    .option("--state <dir>", "the folder of the state; default: .tidemark here, or beside the plan")
    .action(
      cli.handle<[string], ReportOptions>(async (context, [run], options) => {
        const { runReport } = await import("../operations/report.ts");
        return runReport(context, run, options);
      }),
    );
}
