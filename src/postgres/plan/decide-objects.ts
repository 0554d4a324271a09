import type { PostgresSync } from "../../core/sync-plan.ts";
import { planAccounts, type PlannedAccounts } from "../accounts/plan-accounts.ts";
import { usedRoles } from "../accounts/used-roles.ts";
import { labelStatements, readLackingProviders } from "../catalog/label-providers.ts";
import { openSession } from "../connect/session.ts";
import { type Ends, openMaintenance } from "../ends.ts";
import { type Mapping, mappingForPlan } from "../mapping/mapping.ts";
import { qualifiedName } from "../names.ts";
import { Adaptation } from "./adapt.ts";
import { definitionOf } from "./definition.ts";
import type { Planned } from "./planned.ts";
import { planObjects } from "./plan-objects.ts";
import type { TargetOf } from "./plan-values.ts";
import type { DestinationFacts, SourceFacts } from "./read-ends.ts";
import { loadMeaning } from "./same-meaning.ts";
import { makeSelect, type Select } from "./select.ts";

export interface DecideObjectsOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly source: SourceFacts;
  readonly destination: DestinationFacts;
  /** Fingerprints of source definitions that earlier runs created, by key; empty: nothing is taken on trust. */
  readonly recorded: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

export interface DecidedObjects {
  readonly select: Select;
  readonly targetOf: TargetOf;
  readonly mapping: Mapping;
  readonly accounts: PlannedAccounts;
  readonly planned: readonly Planned[];
}

/** Decides about roles and about every object of a database: for a plan, and for a comparison. */
export async function decideObjects({ sync, ends, source, destination, recorded, signal }: DecideObjectsOptions): Promise<DecidedObjects> {
  const select = makeSelect(sync);
  const mapping = await mappingForPlan({ sync, ends, entries: source.entries, languages: source.special.languages, signal });
  const lackingProviders = await lackingLabelProviders(ends, source, destination);
  const accounts = planAccounts({
    lackingProviders,
    source: source.roles,
    destination: destination.roles,
    sync,
    used: usedRoles(source.entries),
    database: ends.destination.database,
  });
  const planned = planObjects({
    sync,
    source: source.entries,
    mapping,
    remarks: new Map([...mapping.stale].map(([key, names]) => [key, staleRemark(names)])),
    destination: destination.exists ? destination.entries : undefined,
    special: source.special,
    select,
    means: destination.exists ? await loadMeaning() : () => false,
    adaptation: new Adaptation({ sync, ends, source, destination, accounts, lackingProviders }),
    recorded,
    isSameMajor: Math.floor(source.version / 10_000) === Math.floor(destination.version / 10_000),
    destinationSchemas: destination.schemas,
    closed: destination.closed,
    halfMade: new Map(destination.invalidIndexes.map(({ schema, name }) => [qualifiedName(schema, name), qualifiedName(schema, name)])),
  });
  return { select, targetOf: mapping.targetOf, mapping, accounts, planned };
}

/** Labels are rare: only where there are some is the destination asked about their providers. */
async function lackingLabelProviders({ destination: options }: Ends, source: SourceFacts, { exists }: DestinationFacts): Promise<ReadonlySet<string>> {
  const onObjects = source.entries.flatMap((entry) => (entry.type === "SECURITY LABEL" ? labelStatements(definitionOf(entry)) : []));
  const providers = new Set([...onObjects, ...source.roles.roles.flatMap(({ labels }) => labels)].map(({ provider }) => provider));
  if (providers.size === 0) return providers;
  const session = exists ? await openSession(options) : await openMaintenance(options);
  try {
    return await readLackingProviders(session, providers);
  } finally {
    await session.close();
  }
}

function staleRemark(names: readonly string[]): string {
  return `Its text goes on to name ${names.join(", ")}, which is called otherwise at the destination.`;
}
