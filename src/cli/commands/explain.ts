import { Command } from "commander";
import { describe } from "../help.ts";
import type { Cli } from "../cli.ts";

export function explainCommand(cli: Cli): Command {
  return describe(new Command("explain"), {
    summary: "say what a code means, with an example and what to do",
    examples: [
      ["tidemark explain GUARD_EXCEEDED", "what stands in brackets behind a message"],
      ["tidemark explain guard", "every code with that word in it"],
      ["tidemark explain", "all codes"],
    ],
    exits: ["done", "error"],
  })
    .argument("[CODE...]", "of an error, a diagnostic, a check, a notice or a finding; in any case")
    .action(
      cli.handle<[string[]], object>(async (context, [codes]) => {
        const { runExplain } = await import("../operations/explain.ts");
        return runExplain(context, codes);
      }),
    );
}
