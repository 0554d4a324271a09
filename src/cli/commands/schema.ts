import { Command } from "commander";
import { EXIT } from "../exit-codes.ts";
import { describe } from "../help.ts";
import type { Cli } from "../cli.ts";

export function schemaCommand(cli: Cli): Command {
  return describe(new Command("schema"), {
    summary: "print the JSON Schema of a plan file",
    examples: [["tidemark schema > plan.schema.json", "for an editor or another tool"]],
    exits: ["done"],
  }).action(
    cli.handle(async ({ out }) => {
      const { default: schema } = await import("../../../schemas/plan.schema.json", { with: { type: "json" } });
      out.line(JSON.stringify(schema, null, 2));
      return EXIT.done;
    }),
  );
}
