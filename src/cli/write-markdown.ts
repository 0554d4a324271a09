import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { TidemarkError } from "../core/errors.ts";
import { MARKDOWN_MARKER } from "../report/plan-markdown.ts";

/** Where a page of markdown goes. */
export interface MarkdownPlaces {
  /** `--markdown`. */
  readonly file: string | undefined;
  /** `--step-summary`: the file that a GitHub job's page is made of. */
  readonly stepSummary: string | undefined;
}

/** @throws TidemarkError `STEP_SUMMARY_UNSET` */
export function markdownPlaces(
  { markdown, stepSummary }: { readonly markdown?: string; readonly stepSummary?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): MarkdownPlaces {
  if (stepSummary !== true) return { file: markdown, stepSummary: undefined };
  const file = env["GITHUB_STEP_SUMMARY"];
  if (file === undefined || file === "") {
    throw new TidemarkError("STEP_SUMMARY_UNSET", "There is no page of a job to write to: GITHUB_STEP_SUMMARY is not set.", {
      hint: "--step-summary works in a GitHub job; elsewhere use --markdown FILE.",
    });
  }
  return { file: markdown, stepSummary: file };
}

/** @throws TidemarkError `FILE_EXISTS` where something stands that is not what an earlier plan wrote: a slip must not cost a plan file */
export async function mustBeMarkdown({ file }: MarkdownPlaces): Promise<void> {
  if (file === undefined) return;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile() || found.size === 0) return;
  if ((await readFile(file, "utf8")).startsWith(MARKDOWN_MARKER)) return;
  throw new TidemarkError("FILE_EXISTS", `${file} is there already, and no earlier plan wrote it: it is left as it is.`, {
    hint: "Name another file with --markdown.",
  });
}

/**
 * Writes a page, and adds it to that of the job. It has less than 65,536 characters, so that a job's
 * page, which may have 1 MiB, has room for it.
 *
 * @throws TidemarkError `FILE_NOT_WRITTEN`
 */
export async function writeMarkdown({ file, stepSummary }: MarkdownPlaces, make: () => string): Promise<void> {
  if (file === undefined && stepSummary === undefined) return;
  const text = make();
  if (file !== undefined) await written(file, "Name another file with --markdown.", () => writeFile(file, text));
  if (stepSummary !== undefined) await written(stepSummary, "Leave --step-summary out.", () => appendFile(stepSummary, `${text}\n`));
}

async function written(file: string, hint: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new TidemarkError("FILE_NOT_WRITTEN", `${file} could not be written: ${error instanceof Error ? error.message : String(error)}`, {
      hint,
      cause: error,
    });
  }
}
