import { Argument, Command } from "commander";
import { EXIT } from "../exit-codes.ts";
import type { Cli } from "../cli.ts";

/** A name that no shell would have to quote; others are not offered. */
const PLAIN_NAME = /^[\w.-]+$/;

/** What completion scripts ask for: one candidate a line, with a tab and what it is. Says nothing where there is none. */
export function completeCommand(cli: Cli): Command {
  return new Command("__complete")
    .addArgument(new Argument("<what>").choices(["syncs", "codes", "confirmations"]))
    .argument("[plan]")
    .action(
      cli.handle<["syncs" | "codes" | "confirmations", string | undefined], object>(async ({ out }, [what, plan]) => {
        if (what !== "syncs") {
          const { asksForConfirmation, readCodes } = await import("../../report/code-catalogue.ts");
          const codes = (await readCodes()).filter((each) => what === "codes" || asksForConfirmation(each));
          for (const code of new Set(codes.map((each) => each.code))) out.line(code);
          return EXIT.done;
        }
        const [{ syncNames }, { readBounded }] = await Promise.all([import("../../plan-file/sync-names.ts"), import("../../plan-file/read-bounded.ts")]);
        const text = plan === undefined ? undefined : readBounded(plan);
        if (text !== undefined && !("code" in text)) for (const name of syncNames(text)) if (PLAIN_NAME.test(name)) out.line(name);
        return EXIT.done;
      }),
    );
}
