import { parseDuration } from "../core/units.ts";
import { checkTimezone } from "./flow.ts";
import type { Schedule } from "./generated/plan.ts";
import { parseInstant } from "./instants.ts";
import type { Part } from "./part.ts";

const HOUR_MS = 3_600_000;

interface Timed {
  readonly once?: boolean;
  readonly schedule?: Schedule;
  readonly incremental?: { readonly every?: string };
  readonly continuous?: unknown;
}

/** Checks when a sync runs: `schedule`, `incremental`, `continuous`, `once`. */
export function checkSchedule(part: Part<Timed>): void {
  const { once = false, schedule, incremental, continuous } = part.value;
  if (schedule !== undefined) {
    const { start = "now", timezone } = schedule;
    if (timezone !== undefined) checkTimezone(part, ["schedule", "timezone"], timezone);
    if (start !== "now" && parseInstant(start) === undefined) {
      part.complain(["schedule", "start"], {
        code: "INSTANT_FORMAT",
        message: `There is no such moment as \`${part.written(["schedule", "start"])}\`.`,
        hint: "Look at its day, hour and minute.",
      });
    }
    if (!part.has(["schedule", "every"]) && !part.has(["schedule", "start"])) {
      part.complainOfKey(["schedule"], {
        code: "SCHEDULE_PERIOD",
        message: "A schedule has a `start` or says `every` how long.",
        hint: "Add `every: 1d`, or a `start`.",
      });
    }
  }
  if (incremental?.every !== undefined) {
    const ms = parseDuration(incremental.every) ?? 0;
    if (ms < HOUR_MS || ms > 24 * HOUR_MS) {
      part.complain(["incremental", "every"], {
        code: "OUT_OF_RANGE",
        message: `\`every\` is \`${part.written(["incremental", "every"])}\`, and has to be 1 to 24 hours.`,
        hint: "Write `1h`.",
      });
    }
  }
  const repeated = (["schedule", "incremental", "continuous"] as const).filter((key) => part.value[key] !== undefined);
  if (once && repeated.length > 0 && (repeated[0] !== "schedule" || schedule?.every !== undefined)) {
    part.complain(["once"], {
      code: "RUN_MODES",
      message: `\`once\` runs a sync a single time, and \`${repeated[0] ?? ""}\` again and again.`,
      hint: "Keep one of them.",
    });
  }
  if (continuous !== undefined && repeated.length > 1) {
    part.complainOfKey(["continuous"], {
      code: "RUN_MODES",
      message: `A continuous sync never ends: \`${repeated[0] ?? ""}\` has no place beside it.`,
      hint: "Keep one of them.",
    });
  }
}
