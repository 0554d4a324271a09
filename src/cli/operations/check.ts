import type { Check } from "../../driver/sync-driver.ts";
import { TidemarkError } from "../../core/errors.ts";
import type { Emit } from "../../core/events.ts";
import { checkPlan } from "../../engine/check.ts";
import { checkJson, checkLines } from "../../report/check-view.ts";
import { checkState } from "../check-state.ts";
import type { CiReportOptions } from "../ci-reports.ts";
import type { Context } from "../context.ts";
import { makeDrivers } from "../drivers.ts";
import { tellMore } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type LoadedPlan, loadPlan } from "../load-plan.ts";
import { ownPaths } from "../plan-source.ts";
import { startProgress } from "../start-progress.ts";

export interface CheckCommandOptions {
  readonly sync?: readonly string[];
  readonly confirm?: readonly string[];
  readonly state?: string;
}

/** Shows every check; fails where one failed or asks for a confirmation that was not given. */
export async function runCheck(context: Context, file: string, options: CheckCommandOptions & CiReportOptions): Promise<ExitCode> {
  if (options.sarif === undefined && options.junit === undefined) return checkAndShow(context, file, options);
  const [{ withCiReports }, { checkCase }] = await Promise.all([import("../ci-reports.ts"), import("../../report/ci-case.ts")]);
  return withCiReports(context, {
    command: "check",
    planFile: file,
    options,
    work: (tell) => checkAndShow(context, file, options, (check, accepted) => tell((places) => [checkCase(check, accepted, places)])),
  });
}

async function checkAndShow(
  context: Context,
  file: string,
  options: CheckCommandOptions,
  onCheck?: (check: Check, accepted: boolean) => void,
): Promise<ExitCode> {
  const loaded = await loadPlan(context, file, { work: { syncs: options.sync } });
  const { out, paint, json } = context;
  const progress = startProgress(context, "none");
  const verdict = new Verdict(options.confirm ?? []);
  try {
    for await (const check of judged(context, loaded, options, { verdict, emit: progress.emit, withState: true })) {
      onCheck?.(check, verdict.accepts(check));
      if (json) json.line(checkJson(check, verdict.accepts(check)));
      else out.write(checkLines(check, paint, verdict.accepts(check)));
      await out.flush();
    }
  } finally {
    progress.close();
  }
  const { passed, confirmed, open, failed } = verdict;
  if (json)
    json.line({ type: "summary", command: "check", plan: loaded.plan.name, checks: { pass: passed, confirmed, confirm: open.length, fail: failed.length } });
  else out.line(`${passed} passed, ${confirmed} confirmed, ${open.length} to confirm, ${failed.length} failed.`);
  const hint = verdict.hint();
  if (!json && hint !== undefined) out.line(hint);
  if (!json) tellMore(context, verdict.firstCode());
  return verdict.holds ? EXIT.done : EXIT.error;
}

/**
 * Repeats the checks before a run; shows only what does not pass.
 *
 * @throws TidemarkError `CHECK_FAILED`, `CHECK_UNCONFIRMED`
 */
export async function holdChecks(context: Context, loaded: LoadedPlan, options: CheckCommandOptions): Promise<void> {
  const { err, messages, json } = context;
  const progress = startProgress(context, "none");
  const verdict = new Verdict(options.confirm ?? []);
  try {
    for await (const check of judged(context, loaded, options, { verdict, emit: progress.emit })) {
      if (check.status === "pass") continue;
      json?.line(checkJson(check, verdict.accepts(check)));
      err.write(checkLines(check, messages.paint, verdict.accepts(check)));
      await err.flush();
    }
  } finally {
    progress.close();
  }
  if (verdict.holds) return;
  tellMore(context, verdict.firstCode());
  const { failed, open } = verdict;
  if (failed.length > 0) {
    throw new TidemarkError(
      "CHECK_FAILED",
      `${failed.length === 1 ? "A check failed" : `${failed.length} checks failed`}: ${failed.map(({ subject }) => subject).join("; ")}. Nothing was written.`,
      { hint: verdict.hint() },
    );
  }
  throw new TidemarkError(
    "CHECK_UNCONFIRMED",
    `These checks ask to be confirmed: ${[...new Set(open.map(({ code }) => code))].join(", ")}. Nothing was written.`,
    { hint: verdict.hint() },
  );
}

/** Every check of the plan, and where asked for of its state, which a run tries by opening it; taken into the verdict. */
async function* judged(
  { host }: Context,
  { plan }: LoadedPlan,
  options: CheckCommandOptions,
  { verdict, emit, withState = false }: { readonly verdict: Verdict; readonly emit: Emit; readonly withState?: boolean },
): AsyncGenerator<Check> {
  const signal = host.interrupts.stop;
  for await (const check of checkPlan({ plan, syncs: options.sync, drivers: makeDrivers(ownPaths(plan, options.state)), signal, emit })) {
    verdict.take(check);
    yield check;
  }
  if (withState) {
    for await (const check of checkState(plan, options.state)) {
      verdict.take(check);
      yield check;
    }
  }
  // A check that was cut off would seem to have failed.
  signal.throwIfAborted();
}

class Verdict {
  readonly #accepted: ReadonlySet<string>;
  readonly failed: Check[] = [];
  readonly open: Check[] = [];
  passed = 0;
  confirmed = 0;

  constructor(accepted: readonly string[]) {
    this.#accepted = new Set(accepted.flatMap((codes) => codes.split(",")));
  }

  accepts(check: Check): boolean {
    return check.status === "confirm" && this.#accepted.has(check.code);
  }

  take(check: Check): void {
    if (check.status === "pass") this.passed += 1;
    else if (check.status === "fail") this.failed.push(check);
    else if (this.accepts(check)) this.confirmed += 1;
    else this.open.push(check);
  }

  get holds(): boolean {
    return this.failed.length === 0 && this.open.length === 0;
  }

  /** Of what stands in the way, the gravest. */
  firstCode(): string | undefined {
    return (this.failed[0] ?? this.open[0])?.code;
  }

  hint(): string | undefined {
    if (this.failed.length > 0) return "Mend what failed, and run `tidemark check` again.";
    if (this.open.length > 0) return `Where that is meant: --confirm ${[...new Set(this.open.map(({ code }) => code))].join(" ")}`;
    return undefined;
  }
}
