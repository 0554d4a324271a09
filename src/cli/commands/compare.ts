import { Command } from "commander";
import { describe } from "../help.ts";
import type { CompareCommandOptions } from "../operations/compare.ts";
import type { Cli } from "../cli.ts";

export function compareCommand(cli: Cli): Command {
  return describe(new Command("compare"), {
    summary: "compare both ends, whatever the state says",
    examples: [
      ["tidemark compare media.yaml", "by size and checksum, as the stores list them"],
      ["tidemark compare media.yaml --download", "by every byte of both ends"],
      ["tidemark compare shop.yaml --level objects,counts", "of databases: definitions, and how many rows; not the rows themselves"],
    ],
    exits: ["done", "error", "changes", "interrupted"],
  })
    .argument("PLAN", "the plan file")
    .option("--sync <name...>", "only these syncs")
    .option("--download", "objects: read both ends whole")
    .option("--level <levels>", "databases: only these, with commas: objects, counts, values, users; default: all")
    .option("--html <file>", "also write it as a page to look at in a browser")
    .option("--verbose", "show every difference")
    .option("--state <dir>", "the folder of the state, which is no part of a comparison")
    .action(
      cli.handle<[string], CompareCommandOptions>(async (context, [file], options) => {
        const { runCompare } = await import("../operations/compare.ts");
        return runCompare(context, file, options);
      }),
    );
}
