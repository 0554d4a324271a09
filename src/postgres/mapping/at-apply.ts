import { ItemError, TidemarkError } from "../../core/errors.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import type { Intent } from "../../state/state-store.ts";
import type { ActionItem } from "../apply/action-item.ts";
import { cancelled, unapplied } from "../apply/outcomes.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { type KeyedEntry, withUniqueKeys } from "../dump/classify.ts";
import { type Ends, openMaintenance } from "../ends.ts";
import { SHADOW_INTENT } from "../intents.ts";
import { ownerStatement, TABLESPACE_END } from "../plan/definition.ts";
import { type Reader, writtenFor } from "../plan/written.ts";
import { keysAtDestination, type Mapping, mappingIn } from "./mapping.ts";
import { mapsNames } from "./names.ts";
import { isRewritten, rewritten } from "./rewrite.ts";
import { dropShadow, temporaryName, withTemporaryShadow } from "./shadow-database.ts";
import { SourceNames } from "./source-names.ts";

export interface RunMappingOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly context: RunContext;
  /** The source's definitions as this run sees them, without the secrets in them. */
  definitions(): Promise<readonly DumpEntry[]>;
  /** The source's, by OID. */
  languages(): Promise<Reader["languages"]>;
}

export interface RenamedItems {
  readonly items: readonly ActionItem[];
  /** Of those whose names could not be worked out. */
  readonly outcomes: readonly Outcome[];
}

interface WorkedOut {
  /** The destination. */
  readonly reader: Reader;
  readonly names: SourceNames;
  readonly mapping: Mapping;
  readonly byKey: ReadonlyMap<string, DumpEntry>;
  readonly keyed: ReadonlyMap<number, KeyedEntry>;
}

/**
 * The mapping of one run. A plan that names a shadow has its definitions already; else they are worked out
 * once, in a temporary database on the destination, before the first object is created.
 */
export class RunMapping {
  readonly #options: RunMappingOptions;
  #workedOut: Promise<WorkedOut> | undefined;
  #keys: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(options: RunMappingOptions) {
    this.#options = options;
  }

  /** Puts the definitions under their new names in place of the source's. Never throws for an item. */
  async renamed(items: readonly ActionItem[]): Promise<RenamedItems> {
    const { sync, ends, context } = this.#options;
    const nothing: RenamedItems = { items, outcomes: [] };
    if (!mapsNames(sync.map) || ends.shadow !== undefined || !items.some(isDefinition)) return nothing;
    const startedAt = Date.now();
    let workedOut: WorkedOut;
    try {
      workedOut = await (this.#workedOut ??= this.#workOut());
    } catch (error) {
      if (context.signal.aborted || context.abort.aborted) return { items: [], outcomes: items.map(({ action }) => cancelled(action)) };
      if (!(error instanceof TidemarkError)) throw error;
      const refused = new ItemError("refused", error.code, error.message, { hint: error.hint, cause: error });
      return { items: [], outcomes: items.map(({ action }) => unapplied(action, refused, startedAt)) };
    }
    const renamed: ActionItem[] = [];
    const outcomes: Outcome[] = [];
    for (const item of items) {
      const now = isDefinition(item) ? renamedItem(item, workedOut) : item;
      if (now instanceof ItemError) outcomes.push(unapplied(item.action, now, startedAt));
      else renamed.push(now);
    }
    return { items: renamed, outcomes };
  }

  /** Under which key a dump of the destination lists what an action is about. */
  async keyAtDestination(key: string): Promise<string> {
    const { sync } = this.#options;
    if (!mapsNames(sync.map)) return key;
    this.#keys ??= this.#options.definitions().then((entries) => keysAtDestination(sync, entries));
    return (await this.#keys).get(key) ?? key;
  }

  /** Drops shadows that killed runs have left. @returns ids of intents that are settled */
  async recover(intents: readonly Intent[]): Promise<readonly number[]> {
    const shadows = intents.filter(({ kind }) => kind === SHADOW_INTENT);
    if (shadows.length === 0) return [];
    const session = await openMaintenance(this.#options.ends.destination);
    try {
      for (const { detail } of shadows) await dropShadow(session, detail);
    } finally {
      await session.close();
    }
    return shadows.map(({ id }) => id);
  }

  async #workOut(): Promise<WorkedOut> {
    const { sync, ends, context } = this.#options;
    const entries = await this.#options.definitions();
    const languages = await this.#options.languages();
    const names = new SourceNames(sync.map, entries);
    names.verify(entries);
    const name = temporaryName(ends.destination.database);
    const intent = await context.intents.begin(SHADOW_INTENT, "shadow", name);
    const { mapping, version } = await withTemporaryShadow(
      { server: ends.destination, name, like: entries.find(({ type }) => type === "DATABASE"), dropped: () => context.intents.end(intent) },
      async (shadow) => ({
        mapping: await mappingIn(shadow, { names, entries, languages, signal: AbortSignal.any([context.signal, context.abort]) }),
        version: shadow.version,
      }),
    );
    const keyed = withUniqueKeys(entries);
    return {
      names,
      mapping,
      reader: { version, languages },
      byKey: new Map(keyed.map(({ key, entry }) => [key, entry])),
      keyed: new Map(keyed.map((each) => [each.entry.dumpId, each])),
    };
  }
}

/** Roles, rows and values have the destination's names already. */
function isDefinition({ detail: { kind } }: ActionItem): boolean {
  return !["rows", "large-objects", "sequence-value", "refresh", "role", "membership", "database", "database-setting"].includes(kind);
}

function renamedItem(item: ActionItem, { names, mapping, reader, byKey, keyed }: WorkedOut): ActionItem | ItemError {
  const { action, detail } = item;
  const entry = byKey.get(action.key);
  // A schema has its new name already; one that only the destination has is none of the source's.
  if (entry === undefined || entry.type === "SCHEMA" || detail.ddl === undefined) return item;
  const { entry: to, problem } = mapping.at({ key: action.key, entry });
  if (problem !== undefined) {
    return new ItemError("refused", "MAPPING_FAILED", `The names of ${action.key} could not be worked out: ${problem}`, {
      hint: "It could not be made in the temporary database where that is done: create it at the destination yourself, or exclude it.",
    });
  }
  if (isRewritten(entry)) {
    const about = entry.dependencies.map((id) => keyed.get(id)).find((each) => each !== undefined);
    const ddl = rewritten(detail.ddl, entry, names, about && { from: about.entry, to: mapping.at(about).entry });
    return { ...item, detail: { ...detail, ddl } };
  }
  const [before, after] = [writtenFor(entry, reader), writtenFor(to, reader)];
  if (before === after && entry.dropStatement === to.dropStatement) return item;
  const start = detail.ddl.indexOf(before);
  if (start < 0) {
    return new ItemError("stale", "SOURCE_CHANGED", `${action.key} is another one at the source since this was reviewed, and was left alone.`, {
      hint: "Plan again.",
    });
  }
  const owner = detail.owner === undefined ? "" : `\n${ownerStatement(to, detail.owner)}`;
  const end = detail.ddl.startsWith(TABLESPACE_END, start + before.length) ? TABLESPACE_END : "";
  return { ...item, detail: { ...detail, ddl: `${detail.ddl.slice(0, start)}${after}${end}${owner}` } };
}
