import type { Lease, LockOwner, StateStore } from "../state/state-store.ts";

const BEAT_MS = 10_000;

export interface HeldLeases {
  readonly leases: readonly Lease[];
  /** Stops the heartbeat and gives the locks back. */
  release(): Promise<void>;
}

/**
 * Locks every destination of a run and keeps the locks alive.
 *
 * @param onLost called once where somebody else holds one of them now: the run must end
 * @throws TidemarkError `LOCKED` where one is taken; then none is held
 */
export async function holdLeases(state: StateStore, destinations: Iterable<string>, owner: LockOwner, onLost: (error: unknown) => void): Promise<HeldLeases> {
  const leases: Lease[] = [];
  const giveBack = async () => {
    for (const lease of leases) await lease.release();
  };
  try {
    // In one order everywhere, so that two runs never each hold what the other waits for.
    for (const destination of [...new Set(destinations)].toSorted()) leases.push(await state.lock(destination, owner));
  } catch (error) {
    await giveBack();
    throw error;
  }
  let lost = false;
  const timer = setInterval(() => {
    void Promise.all(leases.map((lease) => lease.beat())).catch((error: unknown) => {
      if (lost) return;
      lost = true;
      onLost(error);
    });
  }, BEAT_MS);
  timer.unref();
  return {
    leases,
    async release() {
      clearInterval(timer);
      if (!lost) await giveBack();
    },
  };
}
