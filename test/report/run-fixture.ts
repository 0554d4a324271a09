import type { Changeset } from "../../src/changeset/changeset.ts";
import type { RunRecord } from "../../src/report/run-items.ts";
import type { Outcome } from "../../src/state/outcome.ts";
import type { RunInfo } from "../../src/state/state-store.ts";

export interface RunFixture {
  readonly changeset: Changeset | undefined;
  /** Numbers that each run applied, the newest run first; the first is the one that is told. */
  readonly applied: readonly (readonly number[])[];
  readonly problems?: readonly Partial<Outcome>[];
  readonly run?: Partial<RunInfo>;
}

/** A run and the state that has it. */
export function recordOf({ changeset, applied, problems = [], run: change = {} }: RunFixture): RunRecord {
  const runs = applied.map((numbers, at) => runInfo(`run-${applied.length - at}`, numbers.length, change));
  const [first] = runs;
  if (first === undefined) throw new Error("there is no run");
  const run = { ...first, ...change };
  const full = problems.map((problem): Outcome => ({ ...PROBLEM, ...problem }));
  return {
    run,
    runs: [run, ...runs.slice(1)],
    changeset,
    state: {
      async *applied(_planId, _since, id) {
        const at = runs.findIndex((each) => each.run === id);
        yield* [applied[at] ?? []];
      },
      async *problems() {
        yield full;
      },
    },
  };
}

const PROBLEM: Outcome = {
  seq: 1,
  sync: "media",
  key: "key",
  action: "copy",
  outcome: "failed",
  bytes: 7,
  code: "STORE_REFUSED",
  message: "The store said no.",
  hint: "Ask it again.",
  source: undefined,
  destination: undefined,
  startedAt: Date.parse("2026-01-01T21:00:01Z"),
  finishedAt: Date.parse("2026-01-01T21:00:02Z"),
};

function runInfo(run: string, applied: number, { counts = {} }: Partial<RunInfo>): RunInfo {
  return {
    run,
    planId: "sha256:p",
    plan: "nightly",
    owner: "ci",
    host: "runner",
    pid: 7,
    startedAt: Date.parse("2026-01-01T21:00:00Z"),
    finishedAt: Date.parse("2026-01-01T21:00:04Z"),
    items: applied,
    bytes: 1000,
    status: "partly",
    counts,
    appliedBytes: 900,
  };
}
