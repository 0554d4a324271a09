import { Command, Option } from "commander";
import { describe } from "../help.ts";
import type { ValidateOptions } from "../operations/validate.ts";
import type { Cli } from "../cli.ts";

export function validateCommand(cli: Cli): Command {
  return describe(new Command("validate"), {
    summary: "check plan files without touching a location",
    examples: [
      ["tidemark validate media.yaml", "all problems at once, with the place of each"],
      ["tidemark validate plans/*.yaml --format github", "annotations in a workflow"],
    ],
    exits: ["done", "error"],
  })
    .argument("<PLAN...>", "plan files")
    .addOption(new Option("--format <format>", "how problems are printed").choices(["human", "json", "github", "sarif", "junit"]).default("human"))
    .action(
      cli.handle<[string[]], ValidateOptions>(async (context, [files], options) => {
        const { runValidate } = await import("../operations/validate.ts");
        return runValidate(context, files, options);
      }),
    );
}
