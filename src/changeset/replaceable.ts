import { closeSync, openSync, readSync, statSync } from "node:fs";
import { TidemarkError } from "../core/errors.ts";
import { APPLICATION_ID } from "./format.ts";

const MAGIC = "SQLite format 3\0";
/** Where a SQLite file keeps its `application_id`, as four bytes, the highest first. */
const ID_AT = 68;

/**
 * Sees that a changeset may be put at a path: nothing is there, or an empty file, or another
 * changeset. A slip in a command line must not cost a plan file, a photo or a device.
 *
 * @throws TidemarkError `CHANGESET_PLACE_TAKEN`; errors of the file system as they are
 * @see https://www.sqlite.org/fileformat.html#the_database_header
 */
export function mustBeReplaceable(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.isFile() && (found.size === 0 || isChangeset(path)))) return;
  throw new TidemarkError("CHANGESET_PLACE_TAKEN", `${path} is there already, and is no changeset: it is left as it is.`, {
    hint: "Name another file with --out.",
  });
}

function isChangeset(path: string): boolean {
  const head = Buffer.alloc(ID_AT + 4);
  const file = openSync(path, "r");
  try {
    return readSync(file, head) === head.length && head.toString("latin1", 0, MAGIC.length) === MAGIC && head.readUInt32BE(ID_AT) === APPLICATION_ID;
  } finally {
    closeSync(file);
  }
}
