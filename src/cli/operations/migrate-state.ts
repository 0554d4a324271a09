import { TidemarkError } from "../../core/errors.ts";
import { visible } from "../../core/escape.ts";
import { counted } from "../../report/words.ts";
import { moveState } from "../../state/move-state.ts";
import { locked } from "../../state/refusals.ts";
import type { StateStore } from "../../state/state-store.ts";
import { approve } from "../ask.ts";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { loadPlan } from "../load-plan.ts";
import { openStateAt } from "../plan-source.ts";
import { placeName, statePlace } from "../state-place.ts";

export interface MigrateOptions {
  readonly from?: string;
  readonly to?: string;
  readonly autoApprove?: boolean;
}

/** Moves the state of a plan to another place. The one that is not named is where the plan says. */
export async function migrateState(context: Context, file: string, options: MigrateOptions): Promise<ExitCode> {
  const { out, json, messages } = context;
  const { plan } = await loadPlan(context, file);
  const [from, to] = [statePlace(plan, options.from), statePlace(plan, options.to)];
  const [fromName, toName] = [placeName(plan, from), placeName(plan, to)];
  if (fromName === toName) {
    throw new TidemarkError("USAGE", `The state is at ${fromName}, and nothing says from where or to where it is to go.`, {
      hint: `Name the old place with --from, the new one with --to, or both: tidemark state migrate ${file} --from .tidemark`,
    });
  }
  const old = await openStateAt(plan, from, { access: "write", evenMoved: true });
  try {
    if (old.lineage === "") {
      throw new TidemarkError("STATE_MISSING", `There is no state of the plan ${plan.name} at ${fromName}.`, { hint: "Name where it is with --from." });
    }
    await mustBeFree(old);
    const question = `Move the state of ${plan.name} from ${visible(fromName)} to ${visible(toName)}?`;
    if (!options.autoApprove && !(await approve(context, question, "--auto-approve"))) {
      messages.info("Not approved: nothing was changed.");
      return EXIT.error;
    }
    const moved = await moveState({ from: old, fromName, toName, openTo: () => openStateAt(plan, to, { access: "create", evenMoved: true }) });
    if (json) json.line({ type: "migrated", plan: plan.name, from: fromName, to: toName, lineage: old.lineage, moved: moved ?? null });
    else if (moved === undefined) out.line(`The state of ${plan.name} had been moved to ${visible(toName)} before.`);
    else out.line(`Moved the state of ${plan.name} to ${visible(toName)}: ${counted(moved.items, "item")}, ${counted(moved.runs, "run")}.`);
    if (placeName(plan, statePlace(plan, undefined)) !== toName)
      messages.info(`The plan still names ${fromName}: write the new place into its \`state:\`, or use --state ${toName}.`);
    return EXIT.done;
  } finally {
    await old.close();
  }
}

/**
 * Nobody is asked for what would be refused. The move itself looks again.
 *
 * @throws TidemarkError `LOCKED`
 */
async function mustBeFree(state: StateStore): Promise<void> {
  const locks = await state.locks();
  if (locks.length === 0) return;
  const runs = await state.runs(Number.MAX_SAFE_INTEGER);
  // A run is `running` only as long as what holds its locks lives.
  const live = new Set(runs.filter(({ status }) => status === "running").map(({ run }) => run));
  const held = locks.find(({ run }) => live.has(run));
  if (held !== undefined) throw locked(held, Date.now(), "");
}
