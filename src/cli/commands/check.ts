import { Command } from "commander";
import { describe } from "../help.ts";
import type { CheckCommandOptions } from "../operations/check.ts";
import type { Cli } from "../cli.ts";

export function checkCommand(cli: Cli): Command {
  return describe(new Command("check"), {
    summary: "look whether the real locations can do what a plan needs; leaves nothing behind",
    examples: [
      ["tidemark check media.yaml", "reach, credentials, permissions, clock, mounts"],
      ["tidemark check media.yaml --confirm CONDITIONS_NOT_ENFORCED", "accept what asks for it"],
    ],
    exits: ["done", "error", "interrupted"],
  })
    .argument("PLAN", "the plan file")
    .option("--sync <name...>", "only these syncs")
    .option("--confirm <code...>", "accept checks that ask for it")
    .option("--state <dir>", "the folder of the state, which is no part of a sync")
    .action(
      cli.handle<[string], CheckCommandOptions>(async (context, [file], options) => {
        const { runCheck } = await import("../operations/check.ts");
        return runCheck(context, file, options);
      }),
    );
}
