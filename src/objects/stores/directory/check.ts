import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ItemError, TidemarkError } from "../../../core/errors.ts";
import type { DirectoryLocation } from "../../../core/sync-plan.ts";
import type { StoreCheck } from "../../store.ts";
import { isCaseInsensitive } from "./case.ts";
import { errnoOf, reason } from "./faults.ts";
import { requireMount } from "./mount.ts";
import { TEMP_FOLDER } from "./names.ts";
import type { Root } from "./root.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Looks at a directory before it is used. Writing is tried by a temporary file that is removed again. */
export async function* checkDirectory(
  root: Root,
  location: DirectoryLocation,
  pool: WorkerPool,
  wanted: "read" | "write",
  signal: AbortSignal,
): AsyncGenerator<StoreCheck, void, undefined> {
  if (location.mount) yield await checkMount(location);
  signal.throwIfAborted();

  const there = (await nearest(root.root)) === root.root;
  const place = root.display;
  if (!there && wanted === "read")
    yield fail("REACH", `There is no folder ${place}.`, "Correct the path, create the folder, or mount the share that holds it.");
  else yield pass("REACH", there ? `${place} is there.` : `${place} is not there yet; it is made by the first write.`);

  if (there) yield await checkRead(root, place);
  if (wanted === "read") return;
  if (there) yield await checkWrite(root, place, pool, signal);
  else yield await checkParent(root, place);
  yield await checkSpace(root, place);
}

async function checkMount(location: DirectoryLocation): Promise<StoreCheck> {
  try {
    await requireMount(location);
    return pass("MOUNT", `${location.path} is on the mount that the plan names.`);
  } catch (error) {
    if (error instanceof TidemarkError) return fail("MOUNT", error.message, error.hint);
    throw error;
  }
}

async function checkRead(root: Root, place: string): Promise<StoreCheck> {
  try {
    await access(root.root, constants.R_OK | constants.X_OK);
    return pass("READ", `${place} can be listed.`);
  } catch (error) {
    return fail("READ", `${place} cannot be listed: ${reason(error)}.`, "Grant read and search permission on the folder.");
  }
}

async function checkWrite(root: Root, place: string, pool: WorkerPool, signal: AbortSignal): Promise<StoreCheck> {
  try {
    const { links } = await pool.run<"probe">({ op: "probe", temporary: `${TEMP_FOLDER}/check-${process.pid}/1` }, signal);
    const notes = [
      links ? undefined : "It has no hard links: that a file is not there yet is looked at just before, not ensured.",
      (await isCaseInsensitive(root.root)) ? "It does not tell names apart by case." : undefined,
    ];
    return pass("WRITE", [`${place} can be written.`, ...notes.filter((note) => note !== undefined)].join(" "));
  } catch (error) {
    if (error instanceof ItemError) return fail("WRITE", error.message, error.hint);
    throw error;
  }
}

async function checkParent(root: Root, place: string): Promise<StoreCheck> {
  const above = await nearest(root.root);
  try {
    await access(above, constants.W_OK | constants.X_OK);
    return pass("WRITE", `${place} can be made.`);
  } catch (error) {
    return fail("WRITE", `${place} cannot be made in ${above}: ${reason(error)}.`, "Create the folder, or grant write permission on the one above it.");
  }
}

async function checkSpace(root: Root, place: string): Promise<StoreCheck> {
  const { bavail, bsize } = await statfs(await nearest(root.root));
  const free = bavail * bsize;
  if (free === 0) return fail("SPACE", `The file system of ${place} is full.`, "Free space before applying.");
  return pass("SPACE", `${(free / 2 ** 30).toFixed(1)} GiB are free for ${place}.`);
}

async function nearest(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    return errnoOf(error) === "ENOENT" && path !== "/" ? nearest(dirname(path)) : path;
  }
}

function pass(code: string, message: string): StoreCheck {
  return { code, status: "pass", message, hint: undefined };
}

function fail(code: string, message: string, hint: string | undefined): StoreCheck {
  return { code, status: "fail", message, hint };
}
