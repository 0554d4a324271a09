import { setTimeout as wait } from "node:timers/promises";
import { TidemarkError } from "../../core/errors.ts";
import { visible } from "../../core/escape.ts";
import { planStatus, type PlanStatus } from "../../report/status.ts";
import type { Paint } from "../../report/paint.ts";
import { statusJson, statusLines, syncFacts, wordText } from "../../report/status-view.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { loadPlan } from "../load-plan.ts";
import { readerOf, readersIn, type StatusReader } from "../read-status.ts";
import { interruptByKey, screenTerminal } from "../screens.ts";

export interface StatusOptions {
  readonly watch?: boolean;
  readonly state?: string;
}

const EVERY_MS = 1000;

/** Tells how plans are, once or until somebody has seen enough. Reads the state only; no location is asked. */
export async function runStatus(context: Context, file: string | undefined, options: StatusOptions): Promise<ExitCode> {
  const readers = file === undefined ? await statesHere(options.state) : [readerOf(await loadPlan(context, file), options.state)];
  const read = async () => {
    const found: PlanStatus[] = [];
    for (const reader of readers) found.push(planStatus(await reader.read()));
    return found;
  };
  try {
    if (!options.watch) show(context, await read());
    else await watch(context, read);
    return EXIT.done;
  } finally {
    for (const reader of readers) await reader.close();
  }
}

async function statesHere(state: string | undefined): Promise<readonly StatusReader[]> {
  const folder = state ?? ".tidemark";
  const readers = await readersIn(folder);
  if (readers.length > 0) return readers;
  throw new TidemarkError("NO_STATE_HERE", `There is no state of a plan in ${folder}.`, { hint: "Name the plan file: tidemark status PLAN." });
}

function show({ out, json, paint }: Context, plans: readonly PlanStatus[]): void {
  for (const [at, status] of plans.entries()) {
    if (json) {
      for (const line of statusJson(status)) json.line(line);
      continue;
    }
    if (at > 0) out.line();
    for (const line of statusLines(status, paint)) out.line(line);
  }
}

async function watch(context: Context, read: () => Promise<readonly PlanStatus[]>): Promise<void> {
  const { host, out, messages } = context;
  const terminal = screenTerminal(context);
  const { stop: signal } = host.interrupts;
  if (terminal?.input === undefined || host.stdout.isTTY !== true) return watchLines(context, read);
  const { watchStatus } = await import("../../ui/status/watch-status.ts");
  await out.flush();
  await watchStatus({ terminal, paint: messages.paint, read, everyMs: EVERY_MS, onInterrupt: interruptByKey, signal });
}

/** Where there is no screen: all of it once, and then what changed. */
async function watchLines(context: Context, read: () => Promise<readonly PlanStatus[]>): Promise<void> {
  const { host, out, json, paint } = context;
  const { stop: signal } = host.interrupts;
  let before: ReadonlyMap<string, string> | undefined;
  while (!out.closed) {
    signal.throwIfAborted();
    const plans = await read();
    const now = new Map<string, string>();
    if (before === undefined) show(context, plans);
    for (const status of plans) {
      // Signs of life of a lock are no change, nor is how far a run is: its syncs say that.
      for (const { key, fact, text } of factsOf({ ...status, locks: [] }, paint)) {
        const told = json ? JSON.stringify(fact) : text;
        now.set(key, told);
        if (before === undefined || before.get(key) === told) continue;
        if (json) json.line(fact);
        else out.line(`${new Date().toISOString()}  ${text}`);
      }
    }
    before = now;
    await out.flush();
    // Its own error says less than the reason.
    await wait(EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

type Fact = ReturnType<typeof statusJson>[number];

function factsOf(status: PlanStatus, paint: Paint): { readonly key: string; readonly fact: Fact; readonly text: string }[] {
  return statusJson(status).map((fact) => ({
    key: JSON.stringify([fact.type, fact["plan"], fact["sync"], fact["location"], fact["run"]]),
    fact,
    text: textOf(fact, status, paint),
  }));
}

function textOf(fact: Fact, { plan, word, syncs }: PlanStatus, paint: Paint): string {
  const sync = fact.type === "syncStatus" ? syncs.find(({ name }) => name === fact["sync"]) : undefined;
  if (sync !== undefined) return `${wordText(sync.word, paint)}  ${syncFacts(sync)}`;
  if (fact.type === "planStatus") return `${wordText(word, paint)}  ${visible(plan)}`;
  return `${String(fact["status"])}  ${fact.type === "runStatus" ? `run ${String(fact["run"])}` : `location ${visible(String(fact["location"]))}`}`;
}
