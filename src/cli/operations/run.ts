import { TidemarkError } from "../../core/errors.ts";
import type { RunResult } from "../../engine/run.ts";
import type { ProgressMode } from "../../report/progress/progress.ts";
import type { Context } from "../context.ts";
import { showError } from "../errors.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit-codes.ts";
import { loadPlan } from "../load-plan.ts";
import { type Start, startsOf } from "../starts.ts";
import { waitUntil } from "../wait-until.ts";
import { runApply } from "./apply.ts";

export interface RunCommandOptions {
  readonly confirm?: readonly string[];
  readonly sync?: readonly string[];
  readonly state?: string;
  readonly progress: "auto" | ProgressMode;
}

/**
 * Applies the syncs of plans once, each when its start has come, one apply at a time, and ends when
 * nothing is left to do. What goes wrong with one is said, and the others go on.
 *
 * @returns the gravest of what each apply came to
 */
export async function runRun(context: Context, files: readonly string[], options: RunCommandOptions): Promise<ExitCode> {
  const { interrupts } = context.host;
  const starts: Start[] = [];
  // Before anything is waited for: a mistake in a plan is said now, and not at night.
  for (const file of new Set(files)) {
    const { plan } = await loadPlan(context, file, { work: { syncs: options.sync } });
    starts.push(...startsOf(file, plan, options.sync));
  }
  const queue = starts.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  for (const start of queue) if (start.at !== undefined && start.at > Date.now()) announce(context, start);
  await context.out.flush();

  const broken = new Set<string>();
  const stopped = new Set<string>();
  let code: ExitCode = EXIT.done;
  for (const { file, at, syncs } of queue) {
    if (stopped.has(file)) continue;
    // While it only waits, Ctrl-C ends it at once.
    interrupts.graceful = false;
    if (at !== undefined) await waitUntil(at, interrupts.stop);
    const ready = syncs.filter(({ name, needs }) => {
      const need = needs.find((needed) => broken.has(idOf(file, needed)));
      if (need === undefined) return true;
      broken.add(idOf(file, name));
      context.messages.warn(`${name} of ${file} was left out: it needs ${need}, which was not done whole.`);
      return false;
    });
    if (ready.length < syncs.length) code = graver(code, EXIT.partly);
    if (ready.length === 0) continue;
    const names = ready.map(({ name }) => name);
    const result = await applyNow(context, { file, names, options });
    for (const name of names) if (!isWhole(result, name)) broken.add(idOf(file, name));
    code = graver(code, result.code);
    // `tidemark stop` is about the plan, not about those of its syncs that happened to run.
    if (result.result?.stopped === true) stopped.add(file);
    if (result.code === EXIT.interrupted || interrupts.interrupted) return EXIT.interrupted;
  }
  return code;
}

interface Applied {
  readonly code: ExitCode;
  /** undefined where there was nothing to do, or where it did not begin. */
  readonly result: RunResult | undefined;
}

async function applyNow(context: Context, { file, names, options }: { file: string; names: readonly string[]; options: RunCommandOptions }): Promise<Applied> {
  let result: RunResult | undefined;
  try {
    const code = await runApply(context, file, { ...options, sync: names, autoApprove: true, onResult: (came) => (result = came) });
    return { code, result };
  } catch (error) {
    const code = error instanceof TidemarkError ? exitCodeOf(error.code) : EXIT.error;
    // The last word on an interruption is the command line's.
    if (code === EXIT.interrupted) throw error;
    showError(context, error);
    return { code, result };
  }
}

function isWhole({ result }: Applied, sync: string): boolean {
  const outcomes = result?.syncs[sync]?.outcomes;
  if (outcomes === undefined) return false;
  const { applied: _applied, ...rest } = outcomes;
  return Object.values(rest).every((items) => items === 0);
}

function idOf(file: string, sync: string): string {
  return `${file}\0${sync}`;
}

function announce({ json, messages }: Context, { file, at = 0, syncs }: Start): void {
  const names = syncs.map(({ name }) => name);
  const startAt = new Date(at).toISOString();
  if (json) json.line({ type: "waiting", file, syncs: names, startAt });
  else messages.info(`${names.join(", ")} of ${file} will begin at ${startAt}.`);
}

/** Which of two says more; as the exit codes of `apply` they stand beside each other. */
const GRAVITY: readonly ExitCode[] = [EXIT.done, EXIT.partly, EXIT.outdated, EXIT.locked, EXIT.error, EXIT.interrupted];

function graver(a: ExitCode, b: ExitCode): ExitCode {
  return GRAVITY.indexOf(a) >= GRAVITY.indexOf(b) ? a : b;
}
