import { TidemarkError } from "../core/errors.ts";
import { SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_NOTADB, SQLITE_READONLY, sqliteCode } from "../core/sqlite.ts";

/** @returns what SQLite or the file system refused, in words a user can act on; anything else as it is */
export function stateError(error: unknown, path: string): unknown {
  if (error instanceof TidemarkError) return error;
  switch (sqliteCode(error)) {
    case undefined:
      return fileError(error, path);
    case SQLITE_BUSY:
      return new TidemarkError("STATE_BUSY", `The state ${path} is being written by another process and did not become free.`, {
        hint: "Try again. If it stays so, look for a process that holds the file open.",
        cause: error,
      });
    case SQLITE_FULL:
      return diskFull(path, error);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return readOnly(path, error);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(path, messageOf(error), error);
    default:
      return new TidemarkError("STATE_UNREADABLE", `The state ${path} cannot be read or written: ${messageOf(error)}`, {
        hint: "Check the disk that holds it.",
        cause: error,
      });
  }
}

export function damaged(path: string, reason: string, cause?: unknown): TidemarkError {
  return new TidemarkError("STATE_DAMAGED", `The state ${path} is damaged: ${reason}`, {
    hint: "It was left as it is. `tidemark state rebuild` moves it aside and restores from both ends what can be known.",
    cause,
  });
}

function diskFull(path: string, cause: unknown): TidemarkError {
  return new TidemarkError("STATE_DISK_FULL", `There is no space left to write the state ${path}.`, {
    hint: "Free some space and apply again: what was recorded before is kept, and nothing recorded is done twice.",
    cause,
  });
}

function readOnly(path: string, cause: unknown): TidemarkError {
  return new TidemarkError("STATE_READ_ONLY", `The state ${path} cannot be opened for writing: ${messageOf(cause)}`, {
    hint: "Check the permissions of the file and of its folder, or name another folder with --state.",
    cause,
  });
}

function fileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return error;
  if (error.code === "ENOSPC" || error.code === "EDQUOT") return diskFull(path, error);
  if (error.code === "EACCES" || error.code === "EPERM" || error.code === "EROFS") return readOnly(path, error);
  return new TidemarkError("STATE_UNREADABLE", `The state ${path} cannot be opened: ${error.message}`, {
    hint: "Check that its folder can be made and read.",
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
