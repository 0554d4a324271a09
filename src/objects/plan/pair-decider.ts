import type { Action, ActionKind } from "../../changeset/action.ts";
import type { PlanNotice } from "../../changeset/summary.ts";
import { TidemarkError } from "../../core/errors.ts";
import type { ObjectSync } from "../../core/sync-plan.ts";
import type { ItemRecord } from "../../state/state-store.ts";
import type { ObjectFilter } from "../filters/object-filter.ts";
import type { Pair } from "../listing/merge-join.ts";
import type { KeyProblem, ObjectEntry } from "../store.ts";
import { BlindSpots } from "./blind-spots.ts";
import { compareEntries, type Comparison, compareSettings, type CompareSettings, versionOf } from "./decide.ts";

export type Decision =
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "verify"; readonly left: ObjectEntry; readonly right: ObjectEntry };

export interface DeciderOptions {
  readonly sync: ObjectSync;
  readonly filter: Pick<ObjectFilter, "selectsEntry" | "selectsKey">;
  /** Why the destination cannot hold a key. Asked once for each key that it is to hold, in order. */
  refuses(key: string): KeyProblem | undefined;
  /** Whether the source may hold a key that it did not list. */
  mayBeUnlisted(key: string): boolean;
}

/** What is found in a listing and is no object, but is left out on purpose. Everything else is a conflict: data that is not copied. */
const LEFT_OUT = new Set(["SYMLINK_SKIPPED", "SPECIAL_FILE"]);

/** Decides about one key after another, in byte order. */
export class PairDecider {
  readonly #sync: ObjectSync;
  readonly #filter: DeciderOptions["filter"];
  readonly #refuses: DeciderOptions["refuses"];
  readonly #mayBeUnlisted: DeciderOptions["mayBeUnlisted"];
  readonly #settings: CompareSettings;
  readonly #blind = { source: new BlindSpots(), destination: new BlindSpots() };
  readonly #protected = { unreadable: 0, unlisted: 0 };
  readonly seen = { source: 0, destination: 0 };
  deletes = 0;

  constructor({ sync, filter, refuses, mayBeUnlisted }: DeciderOptions) {
    this.#sync = sync;
    this.#filter = filter;
    this.#refuses = refuses;
    this.#mayBeUnlisted = mayBeUnlisted;
    this.#settings = compareSettings(sync);
  }

  /** @returns undefined where there is nothing to say about the key */
  decide({ left, right, record }: Pair<ObjectEntry, ObjectEntry, ItemRecord>): Decision | undefined {
    if (left) this.seen.source += 1;
    if (right) this.seen.destination += 1;
    if (left?.problem) return this.#decideProblem(left);
    if (right?.problem) {
      this.#blind.destination.add(right);
      return left ? act("conflict", left.key, right.problem.code, { bytes: 0, left, detail: right.problem.message }) : undefined;
    }
    if (!left) return right ? this.#decideExtra(right) : undefined;
    if (!this.#filter.selectsEntry(left)) return undefined;
    // A folder has no listing of its own, so its marker would be absent for ever.
    if (this.#sync.to.location.type === "directory" && left.key.endsWith("/") && left.size === 0) return act("skip", left.key, "folder-marker", { bytes: 0 });
    const problem = this.#refuses(left.key);
    if (problem) return act("conflict", left.key, problem.code, { bytes: 0, left, detail: problem.message });
    if (this.#blind.destination.hides(left.key))
      return act("conflict", left.key, "DESTINATION_UNREADABLE", {
        bytes: 0,
        left,
        detail: "The destination's folder could not be read, so nothing is known of what is there.",
      });
    if (!right) return act("copy", left.key, "absent", { bytes: left.size, left });
    if (this.#sync.onExisting === "skip") return act("skip", left.key, "exists", { bytes: left.size });
    return this.settle(left, right, compareEntries(left, right, record, this.#settings));
  }

  /** What follows from how two existing objects compare. */
  settle(left: ObjectEntry, right: ObjectEntry, comparison: Comparison): Decision {
    const { verdict, rule } = comparison;
    if (verdict === "equal") return act("skip", left.key, rule, { bytes: left.size });
    if (verdict === "unknown") {
      if (this.#sync.onUnknown === "verify") return { kind: "verify", left, right };
      if (this.#sync.onUnknown === "accept") return act("skip", left.key, "unknown-accepted", { bytes: left.size });
      return this.#replace(left, right, "unknown");
    }
    return this.#replace(left, right, rule);
  }

  /** Where only content can tell, and it cannot be read: neither side is touched. */
  unsettled(left: ObjectEntry, right: ObjectEntry, { code, message }: KeyProblem): Decision {
    return act("conflict", left.key, code, { bytes: 0, left, right, detail: message });
  }

  notices(): readonly PlanNotice[] {
    const notices: PlanNotice[] = [];
    if (this.#protected.unreadable > 0) {
      notices.push({
        code: "DELETIONS_SUPPRESSED",
        message: `${this.#protected.unreadable} items at the destination are not deleted: the source's folder above them could not be read, so nothing proves that they are gone.`,
        hint: "Make the folder readable and plan again.",
      });
    }
    if (this.#protected.unlisted > 0) {
      notices.push({
        code: "DELETIONS_SUPPRESSED",
        message: `${this.#protected.unlisted} items at the destination are not deleted: the source's listing cannot hold their names, so nothing proves that they are gone.`,
        hint: "Its server lists control characters wrongly. Delete them by hand, where they are gone at the source.",
      });
    }
    return notices;
  }

  #decideProblem(left: ObjectEntry): Decision | undefined {
    const { problem } = left;
    if (!problem) return undefined;
    if (problem.scope === "item" && !this.#filter.selectsKey(left.key)) {
      // The name itself is none of the sync's, what may be beneath it is.
      this.#blind.source.add(left);
      return undefined;
    }
    if (problem.code === "SYMLINK_REFUSED")
      throw new TidemarkError("SYMLINK_REFUSED", problem.message, { hint: "Say symlinks: skip or follow at the location, or remove the link." });
    this.#blind.source.add(left);
    return act(LEFT_OUT.has(problem.code) ? "notSynced" : "conflict", left.key, problem.code, { bytes: 0, detail: problem.message });
  }

  #decideExtra(right: ObjectEntry): Decision | undefined {
    if (!this.#sync.delete) return undefined;
    if (this.#blind.source.hides(right.key)) {
      this.#protected.unreadable += 1;
      return undefined;
    }
    if (this.#mayBeUnlisted(right.key)) {
      this.#protected.unlisted += 1;
      return undefined;
    }
    this.deletes += 1;
    return act("delete", right.key, "not-in-source", { bytes: 0, right });
  }

  #replace(left: ObjectEntry, right: ObjectEntry, rule: string): Decision {
    const overwrite = (reason: string) => act("overwrite", left.key, reason, { bytes: left.size, left, right });
    switch (this.#sync.onExisting) {
      case "skip":
        return act("skip", left.key, "exists", { bytes: left.size });
      case "fail":
        return act("conflict", left.key, "exists-different", { bytes: 0, left, right });
      case "ifNewer":
        if (left.modifiedMs > right.modifiedMs) return overwrite("newer");
        return this.#sync.conflicts === "overwrite" ? overwrite("not-newer") : act("conflict", left.key, "not-newer", { bytes: 0, left, right });
      case "overwrite":
        return overwrite(rule);
    }
  }
}

interface ActionParts {
  readonly bytes: number;
  readonly left?: ObjectEntry;
  readonly right?: ObjectEntry;
  readonly detail?: string;
}

function act(action: ActionKind, key: string, reason: string, { bytes, left, right, detail }: ActionParts): Decision {
  return { kind: "action", action: { action, key, reason, bytes, source: left && versionOf(left), destination: right && versionOf(right), detail } };
}
