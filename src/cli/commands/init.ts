import { Command } from "commander";
import { describe } from "../help.ts";
import type { InitOptions } from "../operations/init.ts";
import type { Cli } from "../cli.ts";

export function initCommand(cli: Cli): Command {
  return describe(new Command("init"), {
    summary: "write a first plan file",
    examples: [
      ["tidemark init media.yaml --from s3://archive/media --to ./media", "from a bucket into a directory"],
      ["tidemark init", "asks for both ends"],
    ],
    exits: ["done", "error"],
  })
    .argument("[FILE]", "the plan file to write", "tidemark.yaml")
    .option("--from <url>", "s3://bucket/prefix, a directory, or postgres://…")
    .option("--to <url>", "the same, of the destination")
    .action(
      cli.handle<[string], InitOptions>(async (context, [file], options) => {
        const { runInit } = await import("../operations/init.ts");
        return runInit(context, file, options);
      }),
    );
}
