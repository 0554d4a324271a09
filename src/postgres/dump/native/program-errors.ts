import { TidemarkError } from "../../../core/errors.ts";

/** A program that cannot be used as pg_dump, and why. */
export function unusable(program: string, cause: unknown): TidemarkError {
  return new TidemarkError("DUMP_PROGRAM_UNUSABLE", `${program} cannot be used as pg_dump: ${reasonOf(cause)}.`, {
    hint: "Let TIDEMARK_PG_DUMP name a pg_dump that runs on this machine, or leave it out.",
    cause,
  });
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "there is no such program";
  if (code === "EACCES") return "it is not executable";
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/\.$/, "");
}
