import { stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, sep } from "node:path";
import { TidemarkError } from "../../core/errors.ts";
import { renderDiagnostic } from "../../report/diagnostics.ts";
import { ask } from "../ask.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type FirstAnswers, firstPlanOf, type Side } from "../init/first-answers.ts";
import { variablesOf } from "../init/first-location.ts";
import { type FirstPlan, firstPlan } from "../init/first-plan.ts";
import { problemsOf } from "../init/read-plan-text.ts";
import { interruptByKey, screenTerminal } from "../screens.ts";

export interface InitOptions extends FirstAnswers {
  /** Try both ends before anything is written. */
  readonly try?: boolean;
  /** Write over what is there. */
  readonly force?: boolean;
}

interface Said {
  readonly answers: FirstAnswers;
  /** What was typed to try the ends, by the variables that the plan refers to it by. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Writes a plan that validates; over a file that is there only where that is said. Secrets are never written. */
export async function runInit(context: Context, file: string, options: InitOptions): Promise<ExitCode> {
  // Before anybody answers a question for nothing.
  await mustBeWritable(file);
  if (!options.force) await mustNotBe(file);
  const { answers, secrets } = await allAnswers(context, file, options);
  const plan = firstPlanOf(planName(file), answers);
  const text = firstPlan(plan);
  const variables = [plan.from, plan.to].flatMap(variablesOf);
  mustBeValid(context, text, plan, file);
  if (options.try) await mustBeUsable(context, plan, { file, secrets });
  context.host.interrupts.stop.throwIfAborted();
  await write(file, text, options.force ?? false);
  tell(
    context,
    file,
    variables.filter((name) => !context.host.env[name]),
  );
  return EXIT.done;
}

/** Asks for what options do not say: in a dialogue where one can be drawn, else a line each. */
async function allAnswers(context: Context, file: string, options: InitOptions): Promise<Said> {
  if (options.from !== undefined && options.to !== undefined) return { answers: options, secrets: {} };
  const terminal = context.interactive ? screenTerminal(context) : undefined;
  if (terminal?.input === undefined) {
    const from = options.from ?? (await answer(context, "--from", "Copy from (s3://bucket/prefix, a directory, postgres://…): "));
    const to = options.to ?? (await answer(context, "--to", "Copy to: "));
    return { answers: { ...options, from, to }, secrets: {} };
  }
  const [{ FirstQuestions }, { askAll }] = await Promise.all([import("../init/questions.ts"), import("../../ui/dialogue/open-dialogue.ts")]);
  const { host, messages } = context;
  const questions = new FirstQuestions({ given: options, planFile: file, name: planName(file), env: host.env });
  await Promise.all([context.out.flush(), context.err.flush()]);
  const answers = await askAll({
    terminal,
    paint: messages.paint,
    title: `A first plan: ${file}`,
    next: (given) => questions.next(given),
    onInterrupt: interruptByKey,
    signal: host.interrupts.stop,
  });
  return { answers: questions.said(answers), secrets: questions.secrets(answers) };
}

async function answer(context: Context, flag: string, question: string): Promise<string> {
  if (!context.interactive)
    throw new TidemarkError("USAGE", `${flag} is missing, and nobody can be asked: stdin is not a terminal.`, {
      hint: "tidemark init FILE --from URL --to URL",
    });
  return (await ask(context, question)).trim();
}

/** @throws TidemarkError `PLAN_INVALID` with what is wrong: a secret that was written out, two ends that overlap */
function mustBeValid({ host, err, messages }: Context, text: string, plan: FirstPlan, file: string): void {
  const problems = problemsOf(text, { plan, planFile: file, env: host.env });
  if (problems.length === 0) return;
  for (const problem of problems) err.line(renderDiagnostic(problem, messages.paint));
  throw new TidemarkError("PLAN_INVALID", `${file} would not be a valid plan, and was not written.`, { hint: "Correct what is shown." });
}

/** @throws TidemarkError `CHECK_FAILED` */
async function mustBeUsable(
  context: Context,
  plan: FirstPlan,
  { file, secrets }: { readonly file: string; readonly secrets: Readonly<Record<string, string>> },
): Promise<void> {
  const { host, messages, err } = context;
  const { tryLocation } = await import("../init/try-location.ts");
  const { checkLines } = await import("../../report/check-view.ts");
  const failed: string[] = [];
  for (const [side, access] of [
    ["from", "read"],
    ["to", "write"],
  ] as const satisfies readonly (readonly [Side, string])[]) {
    const found = tryLocation({ location: plan[side], access, env: { ...host.env, ...secrets }, planFile: file, signal: host.interrupts.stop });
    for await (const finding of found) {
      if (messages.shows("info") || finding.status === "fail") {
        err.write(checkLines({ sync: side, subject: access, ...finding }, messages.paint, false));
        await err.flush();
      }
      if (finding.status === "fail") failed.push(finding.code);
    }
  }
  if (failed.length > 0) {
    throw new TidemarkError("CHECK_FAILED", `The plan could not be used as it is: ${failed.join(", ")}. ${file} was not written.`, {
      hint: "Correct it, or leave --try out to write it all the same.",
    });
  }
}

/** @throws TidemarkError `USAGE`, `FILE_NOT_WRITTEN` */
async function mustBeWritable(file: string): Promise<void> {
  if (file === "") throw new TidemarkError("USAGE", "The name of the plan file is empty.", { hint: "Name the file to write: tidemark init media.yaml" });
  if (file.endsWith("/") || file.endsWith(sep) || (await isFolder(file)))
    throw new TidemarkError("FILE_NOT_WRITTEN", `${file} names a folder, and a plan is a file.`, {
      hint: `Name a file in it: tidemark init ${join(file, "media.yaml")}`,
    });
  const folder = dirname(file);
  if (!(await isFolder(folder)))
    throw new TidemarkError("FILE_NOT_WRITTEN", `${file} could not be written: there is no folder ${folder}.`, {
      hint: `Make the folder first (mkdir -p ${folder}), or name a file in one that is there.`,
    });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function mustNotBe(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found) throw fileExists(file);
}

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw fileExists(file);
    throw new TidemarkError("FILE_NOT_WRITTEN", `${file} could not be written: ${error instanceof Error ? error.message : String(error)}`, {
      hint: "Look at its folder's permissions and space, or name another file.",
      cause: error,
    });
  }
}

function fileExists(file: string): TidemarkError {
  return new TidemarkError("FILE_EXISTS", `${file} is there already, and is left as it is.`, {
    hint: "Name another file: tidemark init OTHER.yaml. Or write over it: --force.",
  });
}

function tell({ json, out }: Context, file: string, unset: readonly string[]): void {
  if (json) return json.line({ type: "written", file, ...(unset.length > 0 && { variables: unset }) });
  out.line(`Wrote ${file}.${unset.length === 0 ? ` See what it would do: tidemark plan ${file}` : ""}`);
  if (unset.length === 0) return;
  out.line("Set before you use it, in the environment or in your secret store:");
  for (const name of unset) out.line(`  export ${name}=…`);
  out.line(`Then see what it would do: tidemark plan ${file}`);
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
