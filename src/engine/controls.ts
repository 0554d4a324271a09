import type { Emit } from "../core/events.ts";
import type { StateStore } from "../state/state-store.ts";

const POLL_MS = 500;

export interface Controls {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  /** Stops looking. */
  end(): void;
}

/** Looks for what another process asked of a run: `tidemark stop` writes it into the state. */
export function watchControls(state: StateStore, run: string, emit: Emit): Controls {
  const stop = new AbortController();
  const abort = new AbortController();
  let looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    try {
      for (const request of await state.requests(run)) {
        if (stop.signal.aborted && request === "stop") continue;
        emit({
          type: "stopping",
          reason:
            request === "stop"
              ? "Stopped by `tidemark stop`: finishing what is in flight."
              : "Stopped by `tidemark stop --force`: cutting off what is in flight.",
        });
        stop.abort();
        if (request === "abort") abort.abort();
      }
    } catch {
      // A state that cannot be read now is met again, and reported, by the next record.
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), POLL_MS);
  timer.unref();
  return { stop: stop.signal, abort: abort.signal, end: () => clearInterval(timer) };
}
