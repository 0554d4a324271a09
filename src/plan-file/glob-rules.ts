import { TidemarkError } from "../core/errors.ts";
import { parseGlob } from "../core/globs/glob.ts";
import type { ObjectSync } from "./generated/plan.ts";
import type { Part } from "./part.ts";

/** Looks whether each pattern of `include` and `exclude` can be read as what rclone means by it. */
export function checkGlobs(part: Part<ObjectSync>): void {
  for (const list of ["include", "exclude"] as const) {
    for (const [at, glob] of (part.value[list] ?? []).entries()) {
      try {
        parseGlob(glob);
      } catch (error) {
        if (!(error instanceof TidemarkError)) throw error;
        part.complain([list, at], {
          code: "GLOB",
          message: error.message,
          hint: error.hint ?? "See docs/filters.md for what a pattern may hold.",
        });
      }
    }
  }
}
