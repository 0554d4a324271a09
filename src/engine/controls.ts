import { describeFlow } from "../core/flow.ts";
import type { Emit } from "../core/events.ts";
import type { Flow } from "../core/sync-plan.ts";
import type { ConcurrencyRequest, ControlRequest, FlowRequest, StateStore } from "../state/state-store.ts";

const POLL_MS = 500;

/** Changes of flow that somebody asked for while a run goes on. */
export interface FlowChanges {
  /** The same for the number of requests in flight. */
  followConcurrency(sync: string, change: (concurrency: "auto" | number | undefined) => void): () => void;
  /**
   * Calls for the newest change of a sync, if there was one, and for each that comes.
   *
   * @param change gets undefined where the plan's own flow is to hold again
   * @returns what ends it
   */
  follow(sync: string, change: (flow: Flow | undefined) => void): () => void;
}

export interface Controls {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  readonly flows: FlowChanges;
  /** Stops looking. */
  end(): void;
}

/** Looks for what another process asked of a run: `tidemark stop` and `tidemark flow` write it into the state. */
export function watchControls(state: StateStore, run: string, emit: Emit): Controls {
  const stop = new AbortController();
  const abort = new AbortController();
  const flows = new Flows(emit);
  const obey = (request: ControlRequest) => {
    if (typeof request !== "string") {
      if ("flow" in request) flows.change(request);
      else flows.changeConcurrency(request);
      return;
    }
    if (stop.signal.aborted && request === "stop") return;
    emit({
      type: "stopping",
      reason:
        request === "stop" ? "Stopped by `tidemark stop`: finishing what is in flight." : "Stopped by `tidemark stop --force`: cutting off what is in flight.",
    });
    stop.abort();
    if (request === "abort") abort.abort();
  };
  let looking = false;
  let obeyed = 0;
  const look = async () => {
    if (looking) return;
    looking = true;
    try {
      // They stay in the state until the run ends.
      for (const request of (await state.requests(run)).slice(obeyed)) {
        obeyed += 1;
        obey(request);
      }
    } catch {
      // A state that cannot be read now is met again, and reported, by the next record.
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), POLL_MS);
  timer.unref();
  return { stop: stop.signal, abort: abort.signal, flows, end: () => clearInterval(timer) };
}

class Flows implements FlowChanges {
  readonly #emit: Emit;
  readonly #newest = new Map<string, FlowRequest>();
  readonly #followers = new Map<string, (flow: Flow | undefined) => void>();
  readonly #newestConcurrency = new Map<string, ConcurrencyRequest>();
  readonly #concurrencyFollowers = new Map<string, (concurrency: "auto" | number | undefined) => void>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  follow(sync: string, change: (flow: Flow | undefined) => void): () => void {
    this.#followers.set(sync, change);
    const newest = this.#newest.get(sync);
    if (newest) change(newest.flow);
    return () => void this.#followers.delete(sync);
  }

  followConcurrency(sync: string, change: (concurrency: "auto" | number | undefined) => void): () => void {
    this.#concurrencyFollowers.set(sync, change);
    const newest = this.#newestConcurrency.get(sync);
    if (newest) change(newest.concurrency);
    return () => void this.#concurrencyFollowers.delete(sync);
  }

  changeConcurrency(request: ConcurrencyRequest): void {
    const { sync, concurrency } = request;
    this.#newestConcurrency.set(sync, request);
    this.#concurrencyFollowers.get(sync)?.(concurrency);
    const what = concurrency === undefined ? "what its plan says" : concurrency === "auto" ? "found out by itself" : `at most ${concurrency}`;
    this.#emit({ type: "notice", code: "CONCURRENCY_CHANGED", message: `The number of requests in flight of the sync ${sync} was changed: ${what}.` });
  }

  change(request: FlowRequest): void {
    const { sync, flow } = request;
    this.#newest.set(sync, request);
    this.#followers.get(sync)?.(flow);
    const what = flow === undefined ? "what its plan says" : describeFlow(flow);
    this.#emit({ type: "notice", code: "FLOW_CHANGED", message: `The flow of the sync ${sync} was changed by \`tidemark flow\`: ${what}.` });
  }
}
