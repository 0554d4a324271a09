import { Command } from "commander";
import { describe } from "../help.ts";
import type { ShowOptions } from "../operations/show.ts";
import type { Cli } from "../cli.ts";

export function showCommand(cli: Cli): Command {
  return describe(new Command("show"), {
    summary: "print a saved changeset again, also one that is out of date",
    examples: [
      ["tidemark show media.changes", "as `plan` showed it"],
      ["tidemark show media.changes --action delete,overwrite --verbose", "all that would be lost"],
      ["tidemark show media.changes --json", "every action, one a line"],
    ],
    exits: ["done", "error"],
  })
    .argument("CHANGESET", "a file that `plan --out` wrote")
    .option("--markdown", "as a comment for a pull request")
    .option("--html <file>", "as a page to look at in a browser, into a file")
    .option("--action <kinds>", "only these, with commas: copy, overwrite, delete, create, copyRows, replace, conflict, notSynced, skip")
    .option("--sync <name>", "only this sync")
    .option("--verbose", "every action instead of samples")
    .option("-b, --browse", "look through all of it on a screen")
    .action(
      cli.handle<[string], ShowOptions>(async (context, [file], options) => {
        const { runShow } = await import("../operations/show.ts");
        return runShow(context, file, options);
      }),
    );
}
