import type { ActionKind } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import type { Sample } from "../report/progress/timeline.ts";
import type { RunRecord } from "../report/run-items.ts";
import type { StateStore } from "../state/state-store.ts";
import { VERSION } from "./context.ts";
import { writeReport } from "./html-file.ts";
import { readAllRuns } from "./runs.ts";

/** Writes what a changeset would do as a page. */
export async function writePlanReport(
  file: string,
  changeset: Changeset,
  filter: { readonly sync?: string | undefined; readonly kinds?: readonly ActionKind[] | undefined } = {},
): Promise<void> {
  const { planPage } = await import("../report/html/plan-page.ts");
  await writeReport(file, () => planPage(changeset, { ...filter, tidemark: VERSION }));
}

/** Writes what became of a run as a page. */
export async function writeRunReport(file: string, record: RunRecord, samples?: readonly Sample[]): Promise<void> {
  const { runPage } = await import("../report/html/run-page.ts");
  await writeReport(file, () => runPage({ ...record, samples, tidemark: VERSION }));
}

export interface AppliedChangeset {
  /** undefined where there was nothing to do: then the page is what the changeset says. */
  readonly run: string | undefined;
  readonly changeset: Changeset;
  readonly state: StateStore;
  readonly samples: readonly Sample[];
}

/** Writes what came of an apply as a page. */
export async function writeOutcomeReport(file: string, { run, changeset, state, samples }: AppliedChangeset): Promise<void> {
  const runs = run === undefined ? [] : await readAllRuns(state);
  const info = runs.find((each) => each.run === run);
  if (info === undefined) await writePlanReport(file, changeset);
  else await writeRunReport(file, { run: info, runs, state, changeset }, samples);
}
