import { openSession } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { withUniqueKeys } from "../dump/classify.ts";
import { dumpSchema } from "../dump/dump-schema.ts";
import type { Ends } from "../ends.ts";
import { looseKey } from "../mapping/mapping.ts";
import { definitionOf } from "../plan/definition.ts";
import { loadMeaning } from "../plan/same-meaning.ts";
import type { ActionItem } from "./action-item.ts";

export interface ExistingObjectsOptions {
  readonly ends: Ends;
  readonly signal: AbortSignal;
  /** Under which key the destination has what has that key at the source. */
  keyAtDestination(key: string): Promise<string>;
}

/**
 * What the destination has, looked up only where an object was met that was to be created: a run that
 * was killed may have made it and not have told.
 */
export class ExistingObjects {
  readonly #options: ExistingObjectsOptions;
  #entries: Promise<ReadonlyMap<string, DumpEntry>> | undefined;
  #means: Promise<(one: string, other: string) => boolean> | undefined;

  constructor(options: ExistingObjectsOptions) {
    this.#options = options;
  }

  /** Whether an object is at the destination just as an action would make it. */
  async isAsPlanned({ action, detail }: ActionItem): Promise<boolean> {
    const entry = (await (this.#entries ??= this.#read())).get(looseKey(await this.#options.keyAtDestination(action.key)));
    if (entry === undefined || detail.ddl === undefined) return false;
    const there = definitionOf(entry);
    // Who owns it is no part of what it is.
    const planned = detail.owner === undefined ? detail.ddl : detail.ddl.slice(0, detail.ddl.lastIndexOf("\nALTER "));
    if (there === planned) return true;
    const means = await (this.#means ??= loadMeaning());
    return means(there, planned);
  }

  async #read(): Promise<ReadonlyMap<string, DumpEntry>> {
    const session = await openSession(this.#options.ends.destination);
    try {
      const { entries } = await dumpSchema({ session, signal: this.#options.signal });
      return new Map(withUniqueKeys(entries).map(({ key, entry }) => [looseKey(key), entry]));
    } finally {
      await session.close();
    }
  }
}
