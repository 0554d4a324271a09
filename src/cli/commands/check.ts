import { Command } from "commander";
import { describe } from "../help.ts";
import type { CheckCommandOptions } from "../operations/check.ts";
import type { Cli } from "../cli.ts";

export function checkCommand(cli: Cli): Command {
  return describe(new Command("check"), {
    summary: "try whether the real locations can do it; leaves nothing behind",
    examples: [
      ["tidemark check media.yaml", "reach, credentials, permissions, clock, mounts"],
      ["tidemark check shop.yaml --confirm DATABASE_UNENCRYPTED", "accept what asks for it"],
    ],
    exits: ["done", "error", "interrupted"],
  })
    .argument("PLAN", "the plan file")
    .option("--sync <name...>", "only these syncs")
    .option("--confirm <code...>", "accept checks that ask for it")
    .option("--sarif <file>", "also write what is wrong for a code scanner: SARIF 2.1.0")
    .option("--junit <file>", "also write a test case a check, for a CI system")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .action(
      cli.handle<[string], CheckCommandOptions>(async (context, [file], options) => {
        const { runCheck } = await import("../operations/check.ts");
        return runCheck(context, file, options);
      }),
    );
}
