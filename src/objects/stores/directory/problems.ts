import { TidemarkError } from "../../../core/errors.ts";
import type { ListingProblem } from "../../store.ts";
import { errnoOf, quoted, reason } from "./faults.ts";

/** Something under one key that is no file to be read. `what` ends the sentence, or is the error of looking. */
export function itemProblem(code: string, key: string, what: unknown): ListingProblem {
  return { code, message: typeof what === "string" ? `${quoted(key)} ${what}.` : `${quoted(key)} could not be looked at: ${reason(what)}.`, scope: "item" };
}

/** @returns undefined where the folder was removed since its parent was read: then there is nothing beneath */
export function folderProblem(key: string, error: unknown): ListingProblem | undefined {
  const errno = errnoOf(error);
  if (errno === undefined) throw error;
  if (errno === "ENOENT") return undefined;
  return { code: "FOLDER_UNREADABLE", message: `The folder ${quoted(key)} could not be read: ${reason(error)}.`, scope: "subtree" };
}

/** Of the root: nothing at all is known then. */
export function rootProblem(root: string, error: unknown): unknown {
  if (errnoOf(error) === undefined) return error;
  return new TidemarkError("LOCATION_UNREADABLE", `The folder ${root} could not be read: ${reason(error)}.`, {
    hint: "Grant read and search permission on it, or look at the mount.",
    cause: error,
  });
}
