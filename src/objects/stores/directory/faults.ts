import { visible } from "../../../core/escape.ts";
import { ItemError, TidemarkError } from "../../../core/errors.ts";
import type { Fault } from "./jobs.ts";

/** Errno name of what `node:fs` threw; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error ? error.code : undefined;
}

export function quoted(key: string): string {
  return visible(JSON.stringify(key), { maxLength: 300 });
}

export function gone(key: string): ItemError {
  return new ItemError("stale", "SOURCE_GONE", `${quoted(key)} is no longer there.`, { hint: "Plan again." });
}

export function changed(key: string, how = "was changed since it was listed"): ItemError {
  return new ItemError("stale", "SOURCE_CHANGED", `${quoted(key)} ${how}.`, { hint: "Plan again once nothing writes to it any more." });
}

/** The stop that a user asked for, as an item's fate. */
export function cancelled(key: string, cause: unknown): ItemError {
  return new ItemError("cancelled", "CANCELLED", `${quoted(key)} was not finished: the run was stopped.`, { hint: "Apply again to go on.", cause });
}

/** What stopped the work on one item: the signal is what the user wanted, whatever it broke. */
export function stoppedBy(signal: AbortSignal, key: string, error: unknown): unknown {
  return signal.aborted && !(error instanceof ItemError) ? cancelled(key, error) : error;
}

export function linkedPath(key: string): ItemError {
  return new ItemError("stale", "SYMLINK_IN_PATH", `A folder on the way to ${quoted(key)} is a symbolic link now.`, {
    hint: "Put the folder back, or set `symlinks: follow` where its target may be used.",
  });
}

/** Why a file could not be read. */
export function readFault(error: unknown, key: string): unknown {
  switch (errnoOf(error)) {
    case undefined:
      return error;
    case "ENOENT":
    case "ENOTDIR":
      return gone(key);
    case "ELOOP":
      return changed(key, "is a symbolic link now");
    case "EACCES":
    case "EPERM":
      return new ItemError("failed", "FILE_UNREADABLE", `No permission to read ${quoted(key)}.`, {
        hint: "Grant read permission, or exclude it.",
        cause: error,
      });
    default:
      return new ItemError("failed", "FILE_UNREADABLE", `${quoted(key)} could not be read: ${reason(error)}.`, {
        hint: "Look at the disk or the mount, then apply again.",
        cause: error,
      });
  }
}

/** Why a file could not be written or deleted. */
export function writeFault(error: unknown, key: string): unknown {
  switch (errnoOf(error)) {
    case undefined:
      return error;
    case "ENOSPC":
    case "EDQUOT":
      return new ItemError("failed", "DISK_FULL", `There is no space left for ${quoted(key)}.`, {
        hint: "Free space or raise the quota, then apply again.",
        cause: error,
      });
    case "EFBIG":
      return new ItemError("refused", "FILE_TOO_LARGE", `${quoted(key)} is larger than this file system allows.`, {
        hint: "Exclude it by `where.maxSize`.",
        cause: error,
      });
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return new ItemError("refused", "ACCESS_DENIED", `No permission to write ${quoted(key)}: ${reason(error)}.`, {
        hint: "Grant write permission to the folder, or mount it writable.",
        cause: error,
      });
    case "ENAMETOOLONG":
      return new ItemError("refused", "KEY_TOO_LONG", `${quoted(key)} is too long for this file system.`, { hint: "Exclude it.", cause: error });
    case "EILSEQ":
    case "EINVAL":
      return new ItemError("refused", "KEY_NOT_STORABLE", `This file system does not take the name ${quoted(key)}.`, { hint: "Exclude it.", cause: error });
    case "ENOTDIR":
    case "EISDIR":
      return clash(key, error);
    default:
      return new ItemError("failed", "WRITE_FAILED", `${quoted(key)} could not be written: ${reason(error)}.`, {
        hint: "Look at the disk or the mount, then apply again.",
        cause: error,
      });
  }
}

export function clash(key: string, cause?: unknown): ItemError {
  return new ItemError("refused", "KEY_CLASH", `${quoted(key)} cannot be there: what would be a folder is a file, or the other way round.`, {
    hint: "A directory cannot hold both `a` and `a/b`. Where this plan deletes the one in the way, plan and apply again; else remove or exclude one of them.",
    cause,
  });
}

/** What was read is not what the source says it holds, or what was written reads back as something else. */
export function mismatch(key: string): ItemError {
  return new ItemError("failed", "INTEGRITY_MISMATCH", `The content of ${quoted(key)} does not have the checksum that its source tells.`, {
    hint: "Apply again. Where it stays: the ETags of an encrypted source may be no MD5; then set `verify: size`.",
  });
}

/** `ENOSPC: no space left on device`, without the path: that may hold anything. */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return visible(message.split(/, [a-z]+(?: |$)/, 1)[0] ?? message, { maxLength: 200 });
}

export function toFault(error: unknown): Fault {
  if (error instanceof TidemarkError)
    return { fault: { fate: error instanceof ItemError ? error.fate : undefined, code: error.code, message: error.message, hint: error.hint } };
  return { fault: { fate: undefined, code: "", message: error instanceof Error ? (error.stack ?? error.message) : String(error), hint: undefined } };
}

export function fromFault({ fault: { fate, code, message, hint } }: Fault): Error {
  if (fate) return new ItemError(fate, code, message, { hint });
  return code ? new TidemarkError(code, message, { hint }) : new Error(message);
}
