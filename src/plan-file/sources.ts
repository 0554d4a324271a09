import { findLocation, type Locations } from "./ends.ts";
import type { ObjectSync as ObjectSyncFile } from "./generated/plan.ts";
import type { Part } from "./part.ts";

/** What an object sync can read instead of a listing. */
const INSTEAD = ["manifest", "inventory", "errorsOf", "urls"] as const;

/**
 * Checks which objects `from` means: those a location lists, or one of the lists instead.
 *
 * @returns whether the source is a location
 */
export function checkSource(part: Part<ObjectSyncFile>, locations: Locations): boolean {
  const { from } = part.value;
  if (typeof from === "string") return true;
  const instead = INSTEAD.filter((key) => from[key] !== undefined);
  if (instead.length > 1) {
    part.complain(["from", instead[1] ?? ""], {
      code: "SOURCE_KIND",
      message: `The source is given in several ways: ${instead.join(", ")}.`,
      hint: "Keep one of them.",
    });
  }
  if (from.inventory !== undefined) {
    const location = findLocation(part, ["from", "inventory", "location"], locations);
    if (location !== undefined && location.type !== "s3") {
      part.complain(["from", "inventory", "location"], { code: "SOURCE_KIND", message: "An inventory lies in a bucket.", hint: "Name an s3 location." });
    }
  }
  const alone = (["errorsOf", "urls"] as const).find((key) => from[key] !== undefined);
  if (alone !== undefined) {
    const beside = (["location", "prefix"] as const).find((key) => from[key] !== undefined);
    if (beside !== undefined) {
      part.complainOfKey(["from", beside], {
        code: "SOURCE_KIND",
        message: `\`${alone}\` tells where its objects are: \`${beside}\` has no place beside it.`,
        hint: "Remove it.",
      });
    }
    return false;
  }
  if (part.has(["from", "location"])) return true;
  part.complainOfKey(["from"], {
    code: "MISSING_KEY",
    message: "`from` has no `location`.",
    hint: "Add `location:`, the name of one of the plan's locations.",
  });
  return false;
}
