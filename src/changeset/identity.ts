import { createHash, type Hash } from "node:crypto";
import { compareKeys } from "../core/byte-order.ts";
import { TidemarkError } from "../core/errors.ts";
import type { ActionKind } from "./action.ts";
import type { SyncHeader } from "./header.ts";

/**
 * The identity of a changeset: what applying it would do, and nothing else. Two plans made anywhere
 * at any time that would do the same have the same `planId`.
 *
 * In it, of each sync: its name and kind, the declared identity of both ends, the options of its
 * writes, and of each effect in order: action, key, both versions and the detail.
 *
 * Not in it: what changes nothing (skips, conflicts, items not synced), the rule that decided
 * (`reason`: copying an item because it is newer or because its size differs is the same copy, under
 * the same versions), `bytes` and `rows` (an object's size stands in its version; for rows both are estimates),
 * what a location resolved to, and the order in which the plan file names the syncs. The seal
 * covers these.
 *
 * Encoding: every text is preceded by its length in UTF-16 units and a colon, an absent one is `-`,
 * all of it hashed as UTF-8. No two different inputs give the same bytes.
 */
export function planIdOf(syncs: readonly { readonly name: string; readonly hash: string }[]): string {
  const hash = createHash("sha256").update("tidemark plan 1\n");
  for (const sync of syncs.toSorted((a, b) => compareKeys(a.name, b.name))) hash.update(framed(sync.name) + framed(sync.hash));
  return `sha256:${hash.digest("hex")}`;
}

/** What precedes the effects of a sync in its hash. */
export function headerText({ name, kind, from, to, options }: SyncHeader): string {
  return `tidemark sync 1\n${framed(name)}${framed(kind)}${framed(from.identity)}${framed(to.identity)}${framed(options)}`;
}

/** One effect in the hash of its sync. Versions are given as core/version-text.ts writes them. */
export function effectText(action: ActionKind, key: string, source: string | null, destination: string | null, detail: string | null): string {
  return `${action} ${key.length}:${key}${framed(source)}${framed(destination)}${framed(detail)}\n`;
}

export function framed(text: string | null): string {
  return text === null ? "-" : `${text.length}:${text}`;
}

/** Hashes many short texts in few calls: a call per text would cost more than the hashing. */
export class TextHash {
  readonly #hash: Hash = createHash("sha256");
  #pending = "";

  /** @throws TidemarkError `TEXT_MALFORMED` where a lone surrogate would be hashed, and stored, as another character */
  add(text: string): void {
    this.#pending += text;
    if (this.#pending.length > 65_536) this.#flush();
  }

  /** 64 hexadecimal digits. Ends the hash. */
  digest(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #flush(): void {
    if (!this.#pending.isWellFormed()) {
      throw new TidemarkError("TEXT_MALFORMED", "A name is no valid Unicode text and cannot be kept in a changeset.", {
        hint: "This should have been reported as an item that cannot be synced. Please report it.",
      });
    }
    this.#hash.update(this.#pending);
    this.#pending = "";
  }
}
