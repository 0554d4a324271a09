import type { PostgresSync } from "../../core/sync-plan.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, destinationName, type SourceScope } from "./scope.ts";

/** What is at the destination already: the same is left as it is, another is in the way. */
export async function checkExisting(scope: BothScope): Promise<readonly Finding[]> {
  const { destination, existing } = scope;
  const subject = `${destinationName(scope)}: objects that are there`;
  if (!destination) return [pass("EXISTING_DIFFERENT", subject, "The database does not exist yet.")];
  if (!existing) return [];
  const different = existing.filter(({ identical }) => !identical).map(({ key }) => key);
  if (different.length === 0) {
    return [
      pass(
        "EXISTING_DIFFERENT",
        subject,
        existing.length === 0 ? "None of the selected ones." : `${counted(existing.length, "object")}, all as at the source.`,
      ),
    ];
  }
  return [
    fail(
      "EXISTING_DIFFERENT",
      subject,
      `${counted(different.length, "object")} of the same kind and name differ from the source's: ${listed(different)}.`,
      "`tidemark plan` shows how. Drop or alter them at the destination, map them to other names, or exclude them.",
    ),
  ];
}

/** What the plan lets happen that may lose consistency. */
export async function checkResume({ sync }: SourceScope): Promise<readonly Finding[]> {
  const subject = `${sync.name}: resuming`;
  return [resumeFinding(subject, sync)];
}

function resumeFinding(subject: string, { resume }: Pick<PostgresSync, "resume">): Finding {
  if (resume === "consistent") return pass("RESUME_INCONSISTENT", subject, "Where a snapshot is lost, all rows are copied again.");
  return confirm(
    "RESUME_INCONSISTENT",
    subject,
    "`resume: inconsistent` takes up a broken run with a new snapshot: tables of before and of after may not fit each other, and foreign keys may break.",
    "Confirm where nothing writes to the source meanwhile, or remove it from the plan.",
  );
}
