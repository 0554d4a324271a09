import type { PostgresLocation } from "../core/sync-plan.ts";
import { findLocation, type Locations } from "./ends.ts";
import { checkFlow, checkRate } from "./flow.ts";
import type { PostgresSync as PostgresSyncFile } from "./generated/plan.ts";
import { databaseOf } from "./overlaps.ts";
import type { Part } from "./part.ts";
import { checkNameMap } from "./name-map-rules.ts";
import { checkSchedule } from "./schedule.ts";
import { checkSelection } from "./selection-rules.ts";

/** Checks what the schema cannot: everything in a database sync that depends on something else. */
export function checkPostgresRules(
  part: Part<PostgresSyncFile>,
  ends: { readonly from: { location: PostgresLocation }; readonly to: { location: PostgresLocation } } | undefined,
  locations: Locations,
): void {
  const { map, shadow, rate, synchronize, mode = "full" } = part.value;
  checkSchedule(part);
  checkFlow(part);
  if (rate?.bytes !== undefined) checkRate(part, ["rate", "bytes"], rate.bytes);
  checkSelection(part);
  checkNameMap(part);
  if (mode === "full" && synchronize?.ddl !== undefined) {
    part.complainOfKey(["synchronize", "ddl"], {
      code: "KEY_UNUSED",
      severity: "warning",
      message: "`ddl` changes nothing without `mode: full+incremental`: it is about changes that come later.",
      hint: "Remove it, or follow the changes.",
    });
  }
  if (mode === "full" && part.has(["conflicts"]) && part.value.conflicts !== "report") {
    part.complainOfKey(["conflicts"], {
      code: "KEY_UNUSED",
      severity: "warning",
      message: "`conflicts` changes nothing without `mode: full+incremental`.",
      hint: "Remove it, or follow the changes.",
    });
  }
  const [from, to] = [ends && databaseOf(ends.from.location), ends && databaseOf(ends.to.location)];
  if (from !== undefined && from === to) {
    part.complain(["to"], { code: "ENDS_OVERLAP", message: "The sync's source and destination are the same database.", hint: "Choose another database." });
  }
  if (shadow === undefined) return;
  if (map === undefined) {
    part.complainOfKey(["shadow"], {
      code: "KEY_UNUSED",
      severity: "warning",
      message: "`shadow` changes nothing without `map`.",
      hint: "Remove it: names are only worked out where some are mapped.",
    });
  }
  const location = findLocation(part, ["shadow"], locations);
  if (location === undefined) return;
  if (location.type !== "postgres") {
    part.complain(["shadow"], {
      code: "SHADOW",
      message: `\`${part.written(["shadow"])}\` is no database.`,
      hint: "Name a postgres location that may be emptied.",
    });
  } else if ([from, to].includes(databaseOf(location))) {
    part.complain(["shadow"], {
      code: "SHADOW",
      message: "The shadow is one of the sync's own databases, and would be overwritten.",
      hint: "Name another database, or leave it out.",
    });
  }
}
