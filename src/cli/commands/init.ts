import { Command, Option } from "commander";
import { describe } from "../help.ts";
import type { InitOptions } from "../operations/init.ts";
import type { Cli } from "../cli.ts";

export function initCommand(cli: Cli): Command {
  return describe(new Command("init"), {
    summary: "write a first plan file",
    examples: [
      ["tidemark init media.yaml", "asks where from and where to, and tries both"],
      ["tidemark init media.yaml --from s3://archive/media --to ./media", "from a bucket into a directory"],
      ["tidemark init shop.yaml --from postgres://owner@old/shop --to postgres://owner@new/shop --to-password", "a database"],
    ],
    exits: ["done", "error", "interrupted"],
  })
    .argument("[FILE]", "the plan file to write", "tidemark.yaml")
    .option("--from <url>", "s3://bucket/prefix, a directory, or postgres://…")
    .option("--from-endpoint <url>", "of another store than AWS")
    .option("--from-region <region>", "of its bucket")
    .option("--from-credentials <how>", "chain, profile:NAME, keys (in variables that the plan names), or anonymous")
    .option("--from-password", "the plan takes the database's password from a variable")
    .option("--to <url>", "the same, of the destination")
    .option("--to-endpoint <url>", "of another store than AWS")
    .option("--to-region <region>", "of its bucket")
    .option("--to-credentials <how>", "as for the source")
    .option("--to-password", "as for the source")
    .addOption(new Option("--on-existing <rule>", "objects that the destination has with other content").choices(["overwrite", "skip", "ifNewer", "fail"]))
    .option("--delete <most>", "delete what the source does not have, at most so many")
    .addOption(new Option("--accounts <which>", "databases: roles").choices(["all", "none"]))
    .addOption(new Option("--rows <rule>", "databases: tables with other rows").choices(["report", "ignore", "replace"]))
    .option("--try", "try both ends first; write nothing where they cannot be used")
    .option("--force", "write over a file that is there")
    .action(
      cli.handle<[string], InitOptions>(async (context, [file], options) => {
        const { runInit } = await import("../operations/init.ts");
        return runInit(context, file, options);
      }),
    );
}
