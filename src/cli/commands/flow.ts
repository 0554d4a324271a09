import { Command } from "commander";
import { describe } from "../help.ts";
import type { FlowCommandOptions } from "../operations/flow.ts";
import type { Cli } from "../cli.ts";

export function flowCommand(cli: Cli): Command {
  return describe(new Command("flow"), {
    summary: "change how fast a sync of a run may go, from another process",
    examples: [
      ["tidemark flow shop.yaml shop --rate 50MB/s", "one limit at all times"],
      [
        'tidemark flow shop.yaml shop --window "08:00-18:00=50MB/s" --days mon,tue,wed,thu,fri --timezone Europe/Berlin',
        "only then; at other times without a limit",
      ],
      ["tidemark flow shop.yaml shop --outside pause", "hold it back until it is changed again"],
      ["tidemark flow media.yaml media --concurrency 8", "at most 8 requests in flight"],
      ["tidemark flow shop.yaml shop --reset", "what the plan says"],
    ],
    exits: ["done", "error"],
  })
    .argument("PLAN", "the plan file whose run is meant")
    .argument("SYNC", "the sync whose flow is changed")
    .option("--rate <rate>", "one limit at all times: 50MB/s")
    .option("--window <window...>", "a limit in a time of the day: 08:00-18:00=50MB/s; at most 3")
    .option("--days <days>", "the days on which the windows begin: mon,tue; default: every day")
    .option("--timezone <zone>", "of the windows: Europe/Berlin; default: UTC")
    .option("--outside <rate>", "outside of the windows: unlimited, pause, or a rate; default: unlimited")
    .option("--concurrency <n>", "of objects: requests in flight, a number or auto; `plan` for what the plan says")
    .option("--reset", "go back to what the plan says")
    .option("--run <run>", "only this run; the beginning of its id is enough")
    .option("--state <place>", "where the state is: a folder, or location:NAME; default: as the plan says")
    .action(
      cli.handle<[string, string], FlowCommandOptions>(async (context, [file, sync], options) => {
        const { runFlow } = await import("../operations/flow.ts");
        return runFlow(context, { file, sync, options });
      }),
    );
}
