import { writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { TidemarkError } from "../../core/errors.ts";
import { ask } from "../ask.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { firstPlan, locationFromUrl } from "../first-plan.ts";
import { loadPlan } from "../load-plan.ts";

export interface InitOptions {
  readonly from?: string;
  readonly to?: string;
}

/** Writes a plan that validates, and never over a file that is there. */
export async function runInit(context: Context, file: string, options: InitOptions): Promise<ExitCode> {
  const from = locationFromUrl(options.from ?? (await answer(context, "--from", "Copy from (s3://bucket/prefix, a directory, postgres://…): ")), "source");
  const to = locationFromUrl(options.to ?? (await answer(context, "--to", "Copy to: ")), "destination");
  if ((from.kind === "postgres") !== (to.kind === "postgres")) {
    throw new TidemarkError("USAGE", "A database cannot be synced with a store of objects.", { hint: "Both ends are databases, or neither is." });
  }
  const text = firstPlan(planName(file), from, to);
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      throw new TidemarkError("FILE_EXISTS", `${file} is there already, and is left as it is.`, { hint: "Name another file: tidemark init OTHER.yaml" });
    }
    throw new TidemarkError("FILE_NOT_WRITTEN", `${file} could not be written: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  // A literal secret in a URL would be refused here, and the file says where.
  await loadPlan(context, file);
  if (context.json) context.json.line({ type: "written", file });
  else context.out.line(`Wrote ${file}. See what it would do: tidemark plan ${file}`);
  return EXIT.done;
}

async function answer(context: Context, flag: string, question: string): Promise<string> {
  if (!context.interactive)
    throw new TidemarkError("USAGE", `${flag} is missing, and nobody can be asked: stdin is not a terminal.`, {
      hint: "tidemark init FILE --from URL --to URL",
    });
  return (await ask(context, question)).trim();
}

/** A plan's name from its file's, within what a name may be. */
function planName(file: string): string {
  const words = basename(file, extname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return words.length < 3 ? "sync" : words;
}
