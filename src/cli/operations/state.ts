import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { TidemarkError } from "../../core/errors.ts";
import { visible } from "../../core/escape.ts";
import { nearName } from "../../core/near-name.ts";
import { itemJson, itemLine, lockJson, lockLine } from "../../report/state-view.ts";
import { counted } from "../../report/words.ts";
import type { Emit } from "../../core/events.ts";
import type { Sync, SyncPlan } from "../../core/sync-plan.ts";
import type { Lease, StateStore } from "../../state/state-store.ts";
import { approve } from "../ask.ts";
import type { Context } from "../context.ts";
import { makeDrivers } from "../drivers.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type LoadedPlan, loadPlan } from "../load-plan.ts";
import { openPlanState, ownPaths } from "../plan-source.ts";
import { startProgress } from "../start-progress.ts";
import { type OpenPlace, statePlace } from "../state-place.ts";

export interface StateOptions {
  readonly state?: string;
}

export interface ShowStateOptions extends StateOptions {
  readonly prefix?: string;
}

export interface ForgetOptions extends StateOptions {
  readonly all?: boolean;
  readonly autoApprove?: boolean;
}

export interface UnlockOptions extends StateOptions {
  readonly destination?: string;
  readonly autoApprove?: boolean;
}

/** Syncs with their items, locks, and the runs that are going. */
export async function listState(context: Context, file: string, options: StateOptions): Promise<ExitCode> {
  const { out, paint, json } = context;
  const { plan } = await loadPlan(context, file);
  await using state = await opened(openPlanState(plan, options.state, "read"));
  const counts = Object.entries(await state.store.counts());
  const locks = await state.store.locks();
  const running = (await state.store.runs()).filter(({ status }) => status === "running");
  if (json) {
    for (const [sync, items] of counts) json.line({ type: "sync", sync, items });
    for (const lock of locks) json.line(lockJson(lock));
    json.line({ type: "state", plan: plan.name, lineage: state.store.lineage, serial: state.store.serial, running: running.map(({ run }) => run) });
    return EXIT.done;
  }
  if (counts.length === 0) out.line(`The state of ${plan.name} is empty.`);
  for (const [sync, items] of counts) out.line(`${paint.strong(visible(sync))}  ${counted(items, "item")}`);
  for (const lock of locks) out.line(`${paint.warn("locked")}  ${lockLine(lock)}`);
  for (const { run, host, pid } of running) out.line(`running  ${run} on ${visible(host)}, process ${pid}`);
  return EXIT.done;
}

/** The items of one sync, in order of the key. */
export async function showState(context: Context, file: string, sync: string, options: ShowStateOptions): Promise<ExitCode> {
  const { out, json } = context;
  const loaded = await loadPlan(context, file);
  await using state = await opened(openPlanState(loaded.plan, options.state, "read"));
  await mustHaveSync(loaded, state.store, sync);
  for await (const page of state.store.slice(sync)) {
    for (const item of page) {
      if (options.prefix !== undefined && !item.key.startsWith(options.prefix)) continue;
      if (json) json.line(itemJson(sync, item));
      else out.line(itemLine(item));
    }
    if (out.closed) break;
    await out.flush();
  }
  return EXIT.done;
}

/** Forgets items: the next plan decides on them as if it had never copied them. */
export async function forgetState(context: Context, file: string, sync: string, keys: readonly string[], options: ForgetOptions): Promise<ExitCode> {
  if ((options.all ?? false) === keys.length > 0)
    throw new TidemarkError("USAGE", "Name the keys to forget, or say --all.", { hint: `tidemark state forget ${file} ${sync} --all` });
  const loaded = await loadPlan(context, file);
  await using state = await opened(openPlanState(loaded.plan, options.state, "write"));
  await mustHaveSync(loaded, state.store, sync);
  const what = options.all ? `all items of ${sync}` : counted(keys.length, "item");
  if (!options.autoApprove && !(await approve(context, `Forget ${what}? No object is touched.`, "--auto-approve"))) return notApproved(context);

  const forgotten = await underLock(context, loaded, state.store, [sync], (leases) => state.store.forget(sync, options.all ? "all" : keys, leases));
  if (context.json) context.json.line({ type: "forgotten", sync, items: forgotten });
  else context.out.line(`Forgot ${counted(forgotten, "item")} of ${sync}.`);
  return EXIT.done;
}

/** Takes locks away from whoever holds them, after showing who that is. */
export async function unlockState(context: Context, file: string, options: UnlockOptions): Promise<ExitCode> {
  const { out, json, messages } = context;
  const { plan } = await loadPlan(context, file);
  await using state = await opened(openPlanState(plan, options.state, "write"));
  const locks = (await state.store.locks()).filter(({ destination }) => options.destination === undefined || destination === options.destination);
  if (locks.length === 0) {
    if (options.destination !== undefined)
      throw new TidemarkError("NOT_LOCKED", `${options.destination} is not locked.`, { hint: `\`tidemark state list ${file}\` shows the locks.` });
    if (!json) out.line("Nothing is locked.");
    return EXIT.done;
  }
  for (const lock of locks) messages.info(lockLine(lock));
  if (!options.autoApprove && !(await approve(context, "Take these locks away? A run that still lives would lose its right to write.", "--auto-approve")))
    return notApproved(context);
  for (const { destination } of locks) {
    const was = await state.store.unlock(destination);
    if (json) json.line({ type: "unlocked", destination, was });
    else out.line(`Unlocked ${visible(destination)}.`);
  }
  return EXIT.done;
}

/** Makes the items of every sync anew from what both ends hold. A state that cannot be read is set aside first. */
export async function rebuildState(context: Context, file: string, options: UnlockOptions): Promise<ExitCode> {
  const { out, json } = context;
  const loaded = await loadPlan(context, file, { work: { syncs: undefined } });
  const { plan } = loaded;
  if (
    !options.autoApprove &&
    !(await approve(
      context,
      `Rebuild the state of ${plan.name} from both ends? They are listed, and read where a listing does not tell; nothing there is changed.`,
      "--auto-approve",
    ))
  )
    return notApproved(context);

  await using state = await opened(openOrSetAside(context, loaded, options.state));
  const progress = startProgress(context, "auto");
  const rebuilt: [sync: string, items: number][] = [];
  try {
    const names = plan.syncs.map(({ name }) => name);
    await underLock(context, loaded, state.store, names, async (leases) => {
      for (const sync of plan.syncs) rebuilt.push([sync.name, await rebuildSync({ context, loaded, state: state.store, leases, emit: progress.emit }, sync)]);
    });
  } finally {
    progress.close();
  }
  for (const [sync, items] of rebuilt) {
    if (json) json.line({ type: "rebuilt", sync, items });
    else out.line(`${sync}: ${counted(items, "item")} known to be equal at both ends.`);
  }
  return EXIT.done;
}

interface Rebuilding {
  readonly context: Context;
  readonly loaded: LoadedPlan;
  readonly state: StateStore;
  readonly leases: readonly Lease[];
  readonly emit: Emit;
}

async function rebuildSync({ context, loaded, state, leases, emit }: Rebuilding, sync: Sync): Promise<number> {
  const driver = await makeDrivers(ownPaths(loaded.plan, undefined)).for(sync);
  const restore = async (sorted: boolean) => {
    await state.forget(sync.name, "all", leases);
    const records = driver.rebuild(sync, {
      signal: context.host.interrupts.stop,
      emit,
      state,
      sorted,
      notice: () => {},
      countListed: () => {},
      countRequest: () => {},
      compare: true,
      openIntents: () => state.openIntents(sync.name),
      stamp: () => {},
    });
    return state.restore(sync.name, records, leases);
  };
  try {
    return await restore(false);
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== "LISTING_OUT_OF_ORDER") throw error;
    return restore(true);
  }
}

async function openOrSetAside({ messages }: Context, { plan }: LoadedPlan, override: string | undefined): Promise<StateStore> {
  try {
    return await openPlanState(plan, override, "create");
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== "STATE_DAMAGED") throw error;
    messages.warn(error.message, `It is kept as ${(await setAside(plan, statePlace(plan, override))) ?? "nothing"}.`);
    return openPlanState(plan, override, "create");
  }
}

/** @returns where it is now */
async function setAside({ name }: SyncPlan, place: OpenPlace): Promise<string | undefined> {
  switch (place.kind) {
    case "folder":
      return (await import("../../state/open.ts")).setStateAside(place.path, name);
    case "s3": {
      const [{ openS3StateObjects }, { setJournalAside }] = await Promise.all([
        import("../../objects/stores/s3/state-objects.ts"),
        import("../../state/journal/set-aside.ts"),
      ]);
      return setJournalAside(openS3StateObjects(place.location, place.prefix));
    }
    case "postgres":
      throw new TidemarkError("STATE_DAMAGED", `The state in schema ${place.schema} of ${place.location.name} is damaged, and is left as it is.`, {
        hint: "Restore those tables from a backup, or name another schema: the next `state rebuild` makes the state there.",
      });
  }
}

function notApproved({ messages }: Context): ExitCode {
  messages.info("Not approved: nothing was changed.");
  return EXIT.error;
}

async function mustHaveSync({ plan }: LoadedPlan, state: StateStore, sync: string): Promise<void> {
  const known = new Set([...plan.syncs.map(({ name }) => name), ...Object.keys(await state.counts())]);
  if (known.has(sync)) return;
  const near = nearName(sync, [...known]);
  throw new TidemarkError("UNKNOWN_SYNC", `Neither the plan nor its state has a sync called ${sync}.`, {
    hint: near === undefined ? `There are: ${[...known].join(", ")}.` : `Did you mean ${near}?`,
  });
}

/** Does something to the state as a run would: under the locks of the syncs' destinations. */
async function underLock<T>(
  context: Context,
  { plan }: LoadedPlan,
  state: StateStore,
  names: readonly string[],
  work: (leases: readonly Lease[]) => Promise<T>,
): Promise<T> {
  const drivers = makeDrivers([]);
  const leases: Lease[] = [];
  const owner = { run: randomUUID(), owner: "tidemark state", host: hostname(), pid: process.pid };
  try {
    for (const sync of plan.syncs.filter(({ name }) => names.includes(name))) {
      const { destination } = await (await drivers.for(sync)).header(sync, { signal: context.host.interrupts.stop, emit: () => {} });
      if (!leases.some((lease) => lease.destination === destination)) leases.push(await state.lock(destination, owner));
    }
    return await work(leases);
  } finally {
    for (const lease of leases) await lease.release();
  }
}

async function opened(opening: Promise<StateStore>): Promise<AsyncDisposable & { readonly store: StateStore }> {
  const store = await opening;
  return { store, [Symbol.asyncDispose]: () => store.close() };
}
