import { Command } from "commander";
import { describe } from "../help.ts";
import type { ForgetOptions, ShowStateOptions, StateOptions, UnlockOptions } from "../operations/state.ts";
import type { MigrateOptions } from "../operations/migrate-state.ts";
import type { Cli } from "../cli.ts";

const STATE = ["--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says"] as const;

export function stateCommand(cli: Cli): Command {
  const operations = () => import("../operations/state.ts");
  const command = describe(new Command("state"), {
    summary: "look at what Tidemark remembers, and mend it",
    examples: [
      ["tidemark state list media.yaml", "syncs, items, locks"],
      ["tidemark state unlock media.yaml", "after a machine died in the middle of a run"],
      ["tidemark state rebuild media.yaml", "from both ends, when the state is lost or damaged"],
    ],
    exits: ["done", "error", "locked"],
  });

  command.addCommand(
    describe(new Command("list"), {
      summary: "syncs with their items, locks, and runs that are going",
      examples: [["tidemark state list media.yaml", "an overview"]],
      exits: ["done", "error"],
    })
      .argument("PLAN", "the plan file")
      .option(...STATE)
      .action(cli.handle<[string], StateOptions>(async (context, [file], options) => (await operations()).listState(context, file, options))),
  );
  command.addCommand(
    describe(new Command("show"), {
      summary: "the items of one sync, with both versions",
      examples: [["tidemark state show media.yaml media", "every item"]],
      exits: ["done", "error"],
    })
      .argument("PLAN", "the plan file")
      .argument("SYNC", "the sync's name")
      .option("--prefix <prefix>", "only keys that begin with it")
      .option(...STATE)
      .action(
        cli.handle<[string, string], ShowStateOptions>(async (context, [file, sync], options) => (await operations()).showState(context, file, sync, options)),
      ),
  );
  command.addCommand(
    describe(new Command("forget"), {
      summary: "forget items, so that the next plan looks at them afresh",
      examples: [
        ["tidemark state forget media.yaml media 2024/a.jpg", "one item"],
        ["tidemark state forget media.yaml media --all", "the whole sync"],
      ],
      exits: ["done", "error", "locked"],
    })
      .argument("PLAN", "the plan file")
      .argument("SYNC", "the sync's name")
      .argument("[KEY...]", "keys to forget")
      .option("--all", "every item of the sync")
      .option("--auto-approve", "do not ask")
      .option(...STATE)
      .action(
        cli.handle<[string, string, string[]], ForgetOptions>(async (context, [file, sync, keys], options) =>
          (await operations()).forgetState(context, file, sync, keys, options),
        ),
      ),
  );
  command.addCommand(
    describe(new Command("unlock"), {
      summary: "take the lock of a run that died away",
      examples: [["tidemark state unlock media.yaml", "shows who holds it, and asks"]],
      exits: ["done", "error"],
    })
      .argument("PLAN", "the plan file")
      .option("--destination <place>", "only the lock of this destination, as `state list` shows it")
      .option("--auto-approve", "do not ask")
      .option(...STATE)
      .action(cli.handle<[string], UnlockOptions>(async (context, [file], options) => (await operations()).unlockState(context, file, options))),
  );
  command.addCommand(
    describe(new Command("rebuild"), {
      summary: "make the state anew from what both ends hold",
      examples: [["tidemark state rebuild media.yaml", "sets a damaged file aside, and asks first"]],
      exits: ["done", "error", "locked", "interrupted"],
    })
      .argument("PLAN", "the plan file")
      .option("--auto-approve", "do not ask")
      .option(...STATE)
      .action(cli.handle<[string], UnlockOptions>(async (context, [file], options) => (await operations()).rebuildState(context, file, options))),
  );
  command.addCommand(
    describe(new Command("migrate"), {
      summary: "move the state to another folder, bucket or database",
      examples: [
        ["tidemark state migrate media.yaml --from .tidemark", "to where the plan's `state:` says now"],
        ["tidemark state migrate media.yaml --to location:cold", "from there to a location of the plan"],
      ],
      exits: ["done", "error", "locked"],
    })
      .argument("PLAN", "the plan file")
      .option("--from <place>", "where it is: a folder, or location:NAME[/prefix/ or /schema]; default: as the plan says")
      .option("--to <place>", "where it is to go; default: as the plan says")
      .option("--auto-approve", "do not ask")
      .action(
        cli.handle<[string], MigrateOptions>(async (context, [file], options) =>
          (await import("../operations/migrate-state.ts")).migrateState(context, file, options),
        ),
      ),
  );
  return command;
}
