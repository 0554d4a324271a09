import { readFile, stat, writeFile } from "node:fs/promises";
import { TidemarkError } from "../../core/errors.ts";
import { MARKDOWN_MARKER, planMarkdown } from "../../report/plan-markdown.ts";
import { planSummaryJson } from "../../report/plan-json.ts";
import { showPlan } from "../../report/plan-view.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { makeChangeset } from "../make-changeset.ts";
import { loadPlan } from "../load-plan.ts";
import { startProgress } from "../start-progress.ts";

export interface PlanOptions {
  readonly out?: string;
  readonly sync?: readonly string[];
  readonly detailedExitcode?: boolean;
  readonly listSkips?: boolean;
  readonly compare?: boolean;
  readonly markdown?: string;
  readonly verbose?: boolean;
  readonly state?: string;
}

/** Computes and shows a changeset; keeps it where `--out` says. */
export async function runPlan(context: Context, file: string, options: PlanOptions): Promise<ExitCode> {
  const { out, paint, json, messages } = context;
  const loaded = await loadPlan(context, file, { work: { syncs: options.sync } });
  if (options.markdown !== undefined) await mustBeMarkdown(options.markdown);
  const progress = startProgress(context, "auto");
  await using made = await makeChangeset({
    context,
    loaded,
    ...(options.sync && { syncs: options.sync }),
    ...(options.state !== undefined && { state: options.state }),
    ...(options.out !== undefined && { out: options.out }),
    ...(options.markdown !== undefined && { alsoWritten: [options.markdown] }),
    listSkips: options.listSkips ?? false,
    compare: options.compare ?? false,
    emit: progress.emit,
  }).finally(() => progress.close());
  const { changeset } = made;

  if (options.markdown !== undefined) await writeMarkdown(options.markdown, planMarkdown(changeset));
  if (json) {
    json.line(planSummaryJson("plan", changeset));
  } else {
    await showPlan(changeset, out, paint, { verbose: options.verbose ?? false });
    if (options.out !== undefined) messages.info(`Kept in ${options.out}. Apply exactly this: tidemark apply ${options.out}`);
  }
  const { hasChanges, hasConflicts } = changeset.summary;
  return options.detailedExitcode && (hasChanges || hasConflicts) ? EXIT.changes : EXIT.done;
}

/** @throws TidemarkError `FILE_EXISTS` where something stands that is not what an earlier plan wrote: a slip must not cost a plan file */
async function mustBeMarkdown(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile() || found.size === 0) return;
  if ((await readFile(file, "utf8")).startsWith(MARKDOWN_MARKER)) return;
  throw new TidemarkError("FILE_EXISTS", `${file} is there already, and no earlier plan wrote it: it is left as it is.`, {
    hint: "Name another file with --markdown.",
  });
}

async function writeMarkdown(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new TidemarkError("FILE_NOT_WRITTEN", `${file} could not be written: ${error instanceof Error ? error.message : String(error)}`, {
      hint: "Name another file with --markdown.",
      cause: error,
    });
  }
}
