import { compareKeys } from "../../core/byte-order.ts";
import type { ObjectEntry } from "../store.ts";

/**
 * Where a side of a sync could not look: beneath an unreadable folder, or beneath a link that is not
 * followed. Nothing is known of the keys there, so nothing may be concluded from their absence.
 *
 * Fed and asked in byte order of the keys, so that only the spots that can still matter are kept.
 */
export class BlindSpots {
  #folders: string[] = [];

  /** How many are kept. */
  get size(): number {
    return this.#folders.length;
  }

  add({ key }: ObjectEntry): void {
    this.#forgetBefore(key);
    this.#folders.push(key.endsWith("/") ? key : `${key}/`);
  }

  hides(key: string): boolean {
    this.#forgetBefore(key);
    return this.#folders.some((folder) => key.startsWith(folder));
  }

  /** A spot whose keys all sort before this one has had its turn. */
  #forgetBefore(key: string): void {
    if (this.#folders.length > 0) this.#folders = this.#folders.filter((folder) => key.startsWith(folder) || compareKeys(folder, key) > 0);
  }
}
