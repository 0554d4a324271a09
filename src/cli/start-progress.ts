import type { Changeset } from "../changeset/changeset.ts";
import { effectTotals } from "../changeset/effects.ts";
import { makeProgress, type Progress, type ProgressMode } from "../report/progress/progress.ts";
import type { StateStore } from "../state/state-store.ts";
import type { Context } from "./context.ts";
import { interruptByKey, screenTerminal } from "./screens.ts";

/**
 * Begins to show how far the work is.
 *
 * `auto` is a live line in a terminal and a line every ten seconds elsewhere; with `--json`, events
 * among the data. `json` without `--json` puts the events on stderr.
 */
export function startProgress(context: Context, asked: "auto" | ProgressMode): Progress {
  const { host, messages, err, json } = context;
  const columns = host.stderr.columns ?? 80;
  const target = json ?? { line: (value: object) => err.line(JSON.stringify(value)) };
  return makeProgress({ mode: modeOf(context, asked), messages, json: target, flush: () => flushNow(context), columns });
}

/** The same for planning, which is a screen in a terminal. */
export async function startPlanProgress(context: Context, asked: "auto" | ProgressMode): Promise<Progress> {
  const terminal = modeOf(context, asked) === "tty" ? screenTerminal(context) : undefined;
  if (terminal === undefined) return startProgress(context, asked);
  const { startPlanScreen } = await import("../ui/start-plan-screen.ts");
  return startPlanScreen({ terminal, messages: context.messages, flush: () => flushNow(context), onInterrupt: interruptByKey });
}

/** The same for applying, which is a screen with keys in a terminal. */
export async function startApplyProgress(
  context: Context,
  asked: "auto" | ProgressMode,
  changeset: Changeset,
  state: Pick<StateStore, "request">,
): Promise<Progress> {
  const terminal = modeOf(context, asked) === "tty" ? screenTerminal(context) : undefined;
  if (terminal === undefined) return startProgress(context, asked);
  const { startApplyScreen } = await import("../ui/start-apply-screen.ts");
  const { plan, syncs } = changeset.summary;
  return startApplyScreen({
    terminal,
    plan,
    syncs: syncs.map((sync) => ({ name: sync.header.name, isDatabase: sync.header.kind === "postgres", ...effectTotals(sync) })),
    messages: context.messages,
    flush: () => flushNow(context),
    onInterrupt: interruptByKey,
    request: (run, control) => state.request(run, control),
    plain: () => startProgress(context, "plain"),
  });
}

/** A terminal that cannot move its cursor gets lines, as a file does. */
export function modeOf({ host, json }: Context, asked: "auto" | ProgressMode): ProgressMode {
  if (asked !== "auto") return asked;
  if (json) return "json";
  return host.stderr.isTTY === true && host.env["TERM"] !== "dumb" ? "tty" : "plain";
}

/** A live line or an event is worth nothing when it comes with the next piece of output. */
function flushNow({ out, err, json }: Context): void {
  void err.flush();
  if (json) void out.flush();
}
