import { access, open, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { Changeset } from "../changeset/changeset.ts";
import { openChangeset } from "../changeset/read.ts";
import { TidemarkError } from "../core/errors.ts";
import { readBounded } from "../plan-file/read-bounded.ts";

const SQLITE = Buffer.from("SQLite format 3\0", "latin1");

/** Whether a file is a changeset, told by how it begins: a name decides nothing. */
export async function isChangesetFile(path: string): Promise<boolean> {
  let file;
  try {
    file = await open(path, "r");
  } catch {
    // Who reads it next says what is wrong with it.
    return false;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SQLITE.length), 0, SQLITE.length, 0);
    return bytesRead === SQLITE.length && buffer.equals(SQLITE);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

/**
 * Opens a changeset that somebody named, and says so where it is a plan file instead.
 *
 * @throws TidemarkError as `openChangeset` does
 */
export async function openNamed(path: string): Promise<Changeset> {
  try {
    return await openChangeset(path);
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== "CHANGESET_UNREADABLE" || !(await isPlanFile(path))) throw error;
    throw new TidemarkError("CHANGESET_UNREADABLE", `${path} is a plan file, and no changeset.`, {
      hint: `See what it would do: tidemark plan ${path}`,
      cause: error,
    });
  }
}

/** Whether somebody means it for a plan: it need not be a valid one. */
async function isPlanFile(path: string): Promise<boolean> {
  // A pipe would be read until somebody closes it.
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  const text = isFile ? readBounded(path) : undefined;
  return text instanceof Uint8Array && /^(?:version|locations|syncs)[ \t]*:/m.test(Buffer.from(text).toString("utf8"));
}

/**
 * Where the plan of a changeset is: the changeset holds no credentials, so apply needs the file.
 *
 * @throws TidemarkError `PLAN_FILE_NOT_FOUND`
 */
export async function planFileOf(changeset: Changeset, changesetFile: string, asked: string | undefined): Promise<string> {
  if (asked !== undefined) return asked;
  const { planFile } = changeset.origin;
  const candidates = isAbsolute(planFile) ? [planFile] : [planFile, join(dirname(changesetFile), planFile)];
  for (const candidate of candidates) if (planFile !== "" && (await isThere(candidate))) return candidate;
  throw new TidemarkError("PLAN_FILE_NOT_FOUND", `The plan file ${planFile} of this changeset is not here.`, {
    hint: "A changeset holds no credentials: name its plan file with --plan FILE.",
  });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
