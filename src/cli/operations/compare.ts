import { TidemarkError } from "../../core/errors.ts";
import { visible } from "../../core/escape.ts";
import type { SyncPlan } from "../../core/sync-plan.ts";
import { formatCount } from "../../core/units.ts";
import { COMPARE_LEVELS, type CompareLevel, type Difference } from "../../driver/sync-driver.ts";
import { comparePlan } from "../../engine/compare.ts";
import { nearName } from "../../core/near-name.ts";
import {
  comparisonJson,
  comparisonLines,
  countDifferences,
  countPage,
  emptyComparison,
  showDifference,
  type SyncComparison,
} from "../../report/compare-view.ts";
import type { Intent } from "../../state/state-store.ts";
import type { Context } from "../context.ts";
import { ComparisonReport } from "../comparison-report.ts";
import { makeDrivers } from "../drivers.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { mustBeReport, reportPaths } from "../html-file.ts";
import { loadPlan } from "../load-plan.ts";
import { openPlanState, ownPaths } from "../plan-source.ts";
import { startProgress } from "../start-progress.ts";

export interface CompareCommandOptions {
  readonly sync?: readonly string[];
  readonly download?: boolean;
  readonly level?: string;
  readonly html?: string;
  readonly verbose?: boolean;
  readonly state?: string;
}

/** Shown of each sync without `--verbose`. */
const SHOWN = 20;

/** Compares both ends; differences are data, and their presence the exit code. */
export async function runCompare(context: Context, file: string, options: CompareCommandOptions): Promise<ExitCode> {
  const { out, paint, json } = context;
  const levels = options.level === undefined ? undefined : parseLevels(options.level);
  const { plan } = await loadPlan(context, file, { work: { syncs: options.sync } });
  await mustBeReport(options.html);
  await using report = options.html === undefined ? undefined : await ComparisonReport.begin();
  const progress = startProgress(context, "auto");
  const syncs = new Map<string, SyncComparison>();
  const show = (sync: string, difference: Difference, at: number) => {
    if (json) json.line({ type: "difference", sync, ...difference });
    else if (options.verbose || at <= SHOWN) for (const line of showDifference(sync, difference, paint, options.verbose ?? false)) out.line(line);
  };
  try {
    const pages = comparePlan({
      plan,
      syncs: options.sync,
      drivers: makeDrivers(ownPaths(plan, options.state, reportPaths(options.html))),
      download: options.download ?? false,
      levels,
      state: { openIntents: (sync) => openIntents(plan, options.state, sync) },
      signal: context.host.interrupts.stop,
      emit: progress.emit,
    });
    for await (const page of pages) {
      // What was told before of an unordered listing does not count; it is told again.
      if (page.restarted) {
        syncs.delete(page.sync);
        report?.restart(page.sync);
        json?.line({ type: "restarted", sync: page.sync });
      }
      const seen = syncs.get(page.sync) ?? emptyComparison();
      syncs.set(page.sync, seen);
      let at = countDifferences(seen);
      countPage(seen, page);
      for (const difference of page.differences) show(page.sync, difference, (at += 1));
      await report?.add(page.sync, page.differences);
      await out.flush();
    }
  } finally {
    progress.close();
  }

  const differ = [...syncs.values()].some((sync) => countDifferences(sync) > 0);
  if (json) {
    json.line({
      type: "summary",
      command: "compare",
      plan: plan.name,
      hasDifferences: differ,
      syncs: Object.fromEntries([...syncs].map(([name, sync]) => [name, comparisonJson(sync)])),
    });
  } else {
    for (const [name, sync] of syncs) {
      const differences = countDifferences(sync);
      if (!options.verbose && differences > SHOWN)
        out.line(paint.faint(`  … and ${formatCount(differences - SHOWN)} more in ${visible(name)}: --verbose shows all`));
      for (const line of comparisonLines(name, sync, paint)) out.line(line);
    }
  }
  if (report && options.html !== undefined) await report.write(options.html, { plan: plan.name, planFile: file, asked: askedOf(options), syncs });
  return differ ? EXIT.changes : EXIT.done;
}

/** As a reader of the report needs to know it. */
function askedOf({ sync, download, level }: CompareCommandOptions): readonly string[] {
  return [
    ...(sync === undefined ? [] : [`only ${sync.join(", ")}`]),
    ...(download === true ? ["every byte of both ends"] : []),
    ...(level === undefined ? [] : [`of databases ${level}`]),
  ];
}

/** Opens the state only where a driver asks: objects are compared without one, or beside one that cannot be read. */
async function openIntents(plan: SyncPlan, folder: string | undefined, sync: string): Promise<readonly Intent[]> {
  const state = await openPlanState(plan, folder, "read");
  try {
    return await state.openIntents(sync);
  } finally {
    await state.close();
  }
}

function parseLevels(text: string): ReadonlySet<CompareLevel> {
  const levels = text.split(",").map((word) => {
    const name = word.trim();
    const level = COMPARE_LEVELS.find((known) => known === name);
    if (level) return level;
    const near = nearName(name, COMPARE_LEVELS);
    throw new TidemarkError("USAGE", `There is no level of comparison called ${name}.`, {
      hint: near === undefined ? `The levels are ${COMPARE_LEVELS.join(", ")}.` : `Did you mean ${near}?`,
    });
  });
  return new Set(levels);
}
