import type { Sync } from "../core/sync-plan.ts";
import type { ItemRecord, KeyRange, StateReader } from "../state/state-store.ts";

/**
 * The state as planning a sync may see it. Of a sync with `renamedFrom`, what is remembered under the
 * old name counts until an apply gives it the new one: planning writes nothing.
 */
export function underOldName(state: StateReader, { name, renamedFrom }: Sync): StateReader {
  if (renamedFrom === undefined) return state;
  return {
    lineage: state.lineage,
    serial: state.serial,
    async *slice(sync: string, range?: KeyRange): AsyncGenerator<readonly ItemRecord[]> {
      let known = false;
      for await (const page of state.slice(sync, range)) {
        known = true;
        yield page;
      }
      if (!known && sync === name) yield* state.slice(renamedFrom, range);
    },
    async openIntents(sync: string) {
      const open = await state.openIntents(sync);
      return open.length === 0 && sync === name ? state.openIntents(renamedFrom) : open;
    },
  };
}
