import { createHash } from "node:crypto";
import { framed, TextHash } from "./identity.ts";
import type { StoredAction } from "./rows.ts";

/** What a changeset says of one sync, as it stands in the file. */
export interface StoredSync {
  readonly header: string;
  readonly summary: string;
  readonly effects: number;
  readonly notes: number;
}

/** The texts of a changeset beside its actions, as they stand in the file. */
export interface StoredFrame {
  readonly planId: string;
  readonly origin: string;
  readonly requests: string;
  readonly reasons: readonly string[];
  readonly syncs: readonly StoredSync[];
}

/**
 * Seals what the identity leaves out: where the changeset came from, what its locations resolved
 * to, its counts, estimates, notices, stamps, conflicts and reasons, so that what a reviewer is shown is what was planned.
 *
 * It tells damage and editing. It is no signature: who rewrites the whole file can seal it again, and
 * gets another `planId` where an effect changed, which `apply --plan-id` refuses.
 */
export class SealHash {
  readonly #effects = new TextHash();
  readonly #notes = new TextHash();

  addEffect({ reason, bytes, rows }: StoredAction): void {
    this.#effects.add(`${reason} ${bytes} ${rows}\n`);
  }

  addNote({ action, reason, key, bytes, rows, source, destination, detail }: StoredAction, place: number): void {
    this.#notes.add(`${place} ${action} ${reason} ${bytes} ${rows} ${framed(key)}${framed(source)}${framed(destination)}${framed(detail)}\n`);
  }

  /** 64 hexadecimal digits. Ends the seal. */
  digest({ planId, origin, requests, reasons, syncs }: StoredFrame): string {
    const hash = createHash("sha256").update("tidemark changeset 2\n");
    hash.update(framed(planId) + framed(origin) + framed(requests) + framed(this.#effects.digest()) + framed(this.#notes.digest()));
    for (const reason of reasons) hash.update(framed(reason));
    for (const sync of syncs) hash.update(`\n${sync.effects} ${sync.notes} ${framed(sync.header)}${framed(sync.summary)}`);
    return hash.digest("hex");
  }
}
