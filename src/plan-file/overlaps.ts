import type { ObjectSync, SyncPlan } from "../core/sync-plan.ts";
import type { Order } from "./names.ts";
import type { Part } from "./part.ts";
import { commonPlace, extentOf, overlaps } from "./places.ts";

/** A sync that was built, and where it stands in the file. */
export interface BuiltSync {
  readonly sync: SyncPlan["syncs"][number];
  readonly part: Part<unknown>;
}

/** Refuses a sync that would read what it writes. */
export function checkEndsOverlap({ from, to, prefixes }: ObjectSync, part: Part<unknown>): void {
  const common = commonPlace(extentOf(from.location, from.prefix, prefixes), extentOf(to.location, to.prefix, prefixes));
  if (common === undefined) return;
  const same = common[0] === common[1];
  part.complain(["to"], {
    code: "ENDS_OVERLAP",
    message: same ? "The sync's source and destination are the same place." : "The sync's source and destination lie in each other.",
    hint: "A sync that reads what it writes never ends: choose another prefix, bucket or directory.",
  });
}

const MOST_SAID = 100;

/** Refuses two syncs that write the same place, unless one waits for the other. */
export function checkWrites(syncs: readonly BuiltSync[], order: Order): void {
  const byStore = new Map<string, { of: BuiltSync; prefixes: readonly string[] }[]>();
  for (const built of syncs) {
    const written = writtenPlace(built.sync);
    const list = byStore.get(written.store) ?? [];
    list.push({ of: built, prefixes: written.prefixes });
    byStore.set(written.store, list);
  }
  const said = new Set<string>();
  for (const writers of byStore.values()) {
    for (const [inner, outer] of overlaps(writers)) {
      if (inner.of === outer.of) continue;
      const [first, second] = syncs.indexOf(inner.of) < syncs.indexOf(outer.of) ? [inner.of, outer.of] : [outer.of, inner.of];
      const [a, b] = [first.sync.name, second.sync.name];
      if (said.has(`${a} ${b}`) || order.get(a)?.has(b) === true || order.get(b)?.has(a) === true) continue;
      if (said.size >= MOST_SAID) return;
      said.add(`${a} ${b}`);
      second.part.complain(["to"], {
        code: "WRITES_OVERLAP",
        message: `\`${b}\` writes where \`${a}\` writes.`,
        hint: `Choose another place, or let one wait for the other: \`needs: [${a}]\`.`,
      });
    }
  }
}

function writtenPlace(sync: BuiltSync["sync"]): { readonly store: string; readonly prefixes: readonly string[] } {
  if (sync.kind === "objects") return extentOf(sync.to.location, sync.to.prefix, sync.prefixes);
  return { store: databaseOf(sync.to.location), prefixes: [""] };
}

/** Equal where two locations are the same database, as far as their text tells. */
export function databaseOf({ name, options }: Extract<BuiltSync["sync"], { kind: "postgres" }>["to"]["location"]): string {
  const { url, host, port = 5432, database = "" } = options;
  if (typeof url === "object") return `postgres ${url.reveal()}`;
  return host === undefined ? `location ${name}` : `postgres ${String(host)} ${String(port)} ${String(database)}`;
}
