import { ItemError } from "../../core/errors.ts";
import { catalogStamp } from "../catalog/stamp.ts";
import { openSession, type Session } from "../connect/session.ts";
import { holdSnapshot, type HeldSnapshot, type TableName } from "../copy/snapshot.ts";
import { withUniqueKeys } from "../dump/classify.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { dumpSchema } from "../dump/dump-schema.ts";
import { hideSecrets, restoreSecrets } from "../dump/secrets.ts";
import type { Ends } from "../ends.ts";
import { definitionOf, fingerprintOf } from "../plan/definition.ts";
import type { ActionItem } from "./action-item.ts";

export interface SourceHoldOptions {
  readonly ends: Ends;
  /** Whose rows are to be read. */
  readonly tables: readonly TableName[];
  /** How the source's catalog looked when the changeset was made. */
  readonly stamp: string | undefined;
  readonly signal: AbortSignal;
}

/** Where the location says nothing else. */
const LOCK_TIMEOUT_MS = 30_000;

/**
 * The source as one run sees it: every table that is read is locked against changes of its definition
 * from before the first object is created until the last row is copied, and all rows are of one snapshot.
 */
export class SourceHold {
  readonly session: Session;
  readonly snapshot: HeldSnapshot;
  /** By key, where the catalog is another than when it was reviewed; undefined: nothing changed. */
  readonly #definitions: ReadonlyMap<string, string> | undefined;

  readonly #options: SourceHoldOptions;
  #entries: Promise<ReadonlyMap<string, DumpEntry>> | undefined;

  private constructor(options: SourceHoldOptions, session: Session, snapshot: HeldSnapshot, definitions: ReadonlyMap<string, string> | undefined) {
    this.#options = options;
    this.session = session;
    this.snapshot = snapshot;
    this.#definitions = definitions;
  }

  static async open(options: SourceHoldOptions): Promise<SourceHold> {
    const { ends, tables, stamp, signal } = options;
    const session = await openSession(ends.source);
    try {
      const snapshot = await holdSnapshot(session, tables, { lockTimeoutMs: ends.source.lockTimeoutMs || LOCK_TIMEOUT_MS });
      const isUnchanged = stamp !== undefined && (await catalogStamp(session)) === stamp;
      return new SourceHold(options, session, snapshot, isUnchanged ? undefined : await readDefinitions(ends, snapshot.id, signal));
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Why an object must not be created as it was reviewed: the source's is another one now. */
  whyStale({ action, detail }: ActionItem): ItemError | undefined {
    if (this.#definitions === undefined || !isDefinition(detail.kind)) return undefined;
    const now = this.#definitions.get(action.key);
    if (now === action.source?.fingerprint) return undefined;
    const what = now === undefined ? "is gone from the source" : "is another one at the source";
    return new ItemError("stale", "SOURCE_CHANGED", `${action.key} ${what} since this was reviewed, and was left alone.`, { hint: "Plan again." });
  }

  /**
   * Puts secrets, which no changeset holds, back into what is to be run: they are read anew.
   *
   * @throws ItemError `stale` where the source has other secrets, or no such object any more
   */
  async revealed(item: ActionItem): Promise<ActionItem> {
    const { action, detail } = item;
    const fresh = (await this.#read()).get(action.key);
    return { ...item, detail: { ...detail, ddl: restoreSecrets(detail.ddl ?? "", fresh === undefined ? "" : definitionOf(fresh), detail.kind) } };
  }

  /** All definitions as this run sees them, in a dump's order, without the secrets in them. */
  async definitions(): Promise<readonly DumpEntry[]> {
    return hideSecrets([...(await this.#read()).values()]);
  }

  #read(): Promise<ReadonlyMap<string, DumpEntry>> {
    return (this.#entries ??= readEntries(this.#options.ends, this.snapshot.id, this.#options.signal));
  }

  async close(): Promise<void> {
    await this.snapshot.release();
    await this.session.close();
  }
}

async function readDefinitions(ends: Ends, snapshot: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const entries = await readEntries(ends, snapshot, signal);
  const hidden = hideSecrets([...entries.values()]);
  return new Map([...entries.keys()].map((key, at) => [key, fingerprintOf(hidden[at] === undefined ? "" : definitionOf(hidden[at]))]));
}

async function readEntries(ends: Ends, snapshot: string, signal: AbortSignal): Promise<ReadonlyMap<string, DumpEntry>> {
  const session = await openSession(ends.source);
  try {
    const { entries } = await dumpSchema({ session, snapshot, signal });
    return new Map(withUniqueKeys(entries).map(({ key, entry }) => [key, entry]));
  } finally {
    await session.close();
  }
}

/** Rows, values and roles have versions of their own. */
function isDefinition(kind: ActionItem["detail"]["kind"]): boolean {
  return !["rows", "large-objects", "sequence-value", "refresh", "role", "membership", "database", "database-setting"].includes(kind);
}
