import { type Action, EFFECTS } from "../../changeset/action.ts";
import { lineDifference } from "../../core/line-difference.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import { type DatabaseKind, type DatabaseDetail, writeDatabaseDetail } from "../../driver/database-action.ts";
import type { SpecialObjects } from "../catalog/special.ts";
import type { ClosedPlaces } from "../catalog/closed-places.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { isSessionSetting, type KeyedEntry, kindOfEntry, withUniqueKeys } from "../dump/classify.ts";
import { tableOf } from "../dump/table-of.ts";
import { fixedPhase, type Phase } from "../phases.ts";
import { looseKey, type Mapping } from "../mapping/mapping.ts";
import { qualifiedName, shownName } from "../names.ts";
import { ActingRoles } from "./acting-roles.ts";
import type { Adaptation } from "./adapt.ts";
import { settingsText } from "./database-settings.ts";
import { definitionOf, fingerprintOf, hasOwner, ownerStatement } from "./definition.ts";
import { type LeftBehind, neverSynced } from "./never-synced.ts";
import { NewSchemas } from "./new-schemas.ts";
import { destinationKeys, Owners } from "./owners.ts";
import type { Planned } from "./planned.ts";
import { isPrintedOtherwise } from "./printed-otherwise.ts";
import { type Select, selectedName, type TableName } from "./select.ts";

export interface PlanObjectsOptions {
  readonly sync: PostgresSync;
  readonly source: readonly DumpEntry[];
  /** What they are called and made of at the destination. */
  readonly mapping: Mapping;
  /** What to know about an object beside, by key. */
  readonly remarks: ReadonlyMap<string, string>;
  /** undefined: the database is still to be created. */
  readonly destination: readonly DumpEntry[] | undefined;
  readonly special: SpecialObjects;
  readonly select: Select;
  /** Whether two definitions that are written differently mean the same. */
  means(one: string, other: string): boolean;
  readonly adaptation: Adaptation;
  /** Fingerprints of source definitions that earlier runs created, by key. */
  readonly recorded: ReadonlyMap<string, string>;
  readonly isSameMajor: boolean;
  /** Of schemas that the destination has, also where no dump tells of them. */
  readonly destinationSchemas: ReadonlySet<string>;
  readonly closed: ClosedPlaces;
  /** Keys of indexes that the destination has half-made: no dump tells of them. */
  readonly halfMade: ReadonlyMap<string, string>;
}

/** Reason of a conflict with what is there already, where nothing tells whether it is the same. */
export const NOT_COMPARABLE = "not-comparable";

/** Decides about every object of the source's dump, in the dump's order. */
export function planObjects(options: PlanObjectsOptions): Planned[] {
  const { source, destination = [], sync, mapping } = options;
  const byId = new Map(source.map((entry) => [entry.dumpId, entry]));
  const there = destinationKeys(destination, mapping);
  const owners = new Owners({ source, there, mapping, mayOwn: (role) => options.adaptation.mayOwn(role), user: options.adaptation.user });
  const acting = new ActingRoles({ entries: source, owners, adaptation: options.adaptation, closed: options.closed });
  const behind = new Map<number, LeftBehind | "unselected">();
  const rowsPhase = new Set<number>();
  const planned: Planned[] = [];
  const usedSchemas = sync.level === "database" && typeof sync.objects.include === "string" ? undefined : schemasInUse(source, byId, options);
  const schemas = new NewSchemas(source, options);

  for (const keyed of withUniqueKeys(source)) {
    const { entry } = keyed;
    if (isSessionSetting(entry)) continue;
    const kind = kindOfEntry(entry);
    const table = tableOf(entry, byId);
    const left = kind === undefined ? unknownKind(entry) : whyLeft({ entry, kind, table, behind, usedSchemas, schemas, ...options });
    if (left !== undefined) {
      behind.set(entry.dumpId, left);
      // What is said about an object goes with it without a word.
      if (left !== "unselected" && (kind === undefined || !isAbout(kind))) planned.push(notSynced(keyed, kind ?? "type", table, left));
      continue;
    }
    // A type that is unknown was left behind.
    if (kind === undefined || definitionOf(entry) === "") continue;
    const phase = phaseOf(entry, kind, byId, rowsPhase);
    const action = decide({ keyed, kind, table, phase, there, owners, options });
    const actsFor = EFFECTS.has(action.action) ? acting.of(entry, mapping.at(keyed).entry.schema) : undefined;
    planned.push({ phase, kind, action, owner: owners.of(entry), actsFor });
    if (action.action !== "notSynced") schemas.use(keyed);
  }
  return [...schemas.planned(), ...planned];
}

interface WhyLeft {
  readonly entry: DumpEntry;
  readonly kind: DatabaseKind;
  readonly table: TableName | undefined;
  readonly special: SpecialObjects;
  readonly select: Select;
  readonly sync: PostgresSync;
  readonly behind: ReadonlyMap<number, LeftBehind | "unselected">;
  /** By their names at the destination. */
  readonly usedSchemas: ReadonlySet<string> | undefined;
  readonly schemas: NewSchemas;
  readonly mapping: Mapping;
}

function whyLeft({ entry, kind, table, special, select, sync, behind, usedSchemas, schemas, mapping }: WhyLeft): LeftBehind | "unselected" | undefined {
  if (isAbout(kind)) {
    // A comment or a privilege goes where its object goes.
    const about = entry.dependencies.map((id) => behind.get(id)).find((left) => left !== undefined);
    return about ?? (isOfDatabase(entry) && sync.level === "table" ? "unselected" : undefined);
  }
  if (kind === "database") return undefined;
  if (kind === "schema" && (usedSchemas?.has(mapping.schemaOf(entry.tag)) === false || schemas.isMerged(entry.tag))) return "unselected";
  if (!select(kind, entry.type === "SCHEMA" ? undefined : entry.schema, selectedName(entry, table), table)) return "unselected";
  const never = sync.objects.include === "all" ? undefined : neverSynced(entry, kind, special);
  if (never) return never;
  for (const id of entry.dependencies) {
    const left = behind.get(id);
    if (left === undefined || left === "unselected") continue;
    return { reason: `needs-${left.reason}`, remark: `It needs what is not synced: ${left.remark}` };
  }
  return undefined;
}

function unknownKind({ type }: DumpEntry): LeftBehind {
  return { reason: "unknown-kind", remark: `This version does not know what ${type} is.` };
}

function isAbout(kind: DatabaseKind): boolean {
  return kind === "comment" || kind === "privilege" || kind === "security-label";
}

function isOfDatabase({ tag }: DumpEntry): boolean {
  return tag.startsWith("DATABASE ");
}

/** Schemas that are to hold something that is selected: the others are not created for nothing. */
function schemasInUse(
  source: readonly DumpEntry[],
  byId: ReadonlyMap<number, DumpEntry>,
  { select, mapping }: Pick<PlanObjectsOptions, "select" | "mapping">,
): ReadonlySet<string> {
  const used = new Set<string>();
  for (const keyed of withUniqueKeys(source)) {
    const { entry } = keyed;
    const kind = kindOfEntry(entry);
    if (kind === undefined || entry.schema === undefined || isAbout(kind) || kind === "default-privilege") continue;
    const table = tableOf(entry, byId);
    if (select(kind, entry.schema, selectedName(entry, table), table)) used.add(mapping.at(keyed).entry.schema ?? entry.schema);
  }
  return used;
}

/** An index or a key whose table and all else it needs is there before any row is copied can be built as soon as its table is filled. */
function phaseOf(entry: DumpEntry, kind: DatabaseKind, byId: ReadonlyMap<number, DumpEntry>, rowsPhase: Set<number>): Phase {
  // Who owns an object in a schema needs the right to create there.
  if (kind === "privilege" && entry.tag.startsWith("SCHEMA ")) return "schema";
  const fixed = fixedPhase(kind);
  if (fixed) return fixed;
  if ((entry.type === "INDEX" || entry.type === "CONSTRAINT") && entry.section === "post-data") {
    const isReady = entry.dependencies.every((id) => byId.get(id)?.section !== "post-data" || rowsPhase.has(id));
    if (!isReady) return "links";
    rowsPhase.add(entry.dumpId);
    return "rows";
  }
  if (entry.section === "post-data") return "links";
  if (!isAbout(kind) && entry.section !== "none") return "schema";
  const about = entry.dependencies.flatMap((id) => byId.get(id) ?? []);
  const late = about.map(latePhase).find((each) => each !== undefined);
  if (late !== undefined) return late;
  return about.some(({ section }) => section === "post-data") ? "links" : "schema";
}

/** The phase of what comes after all links. */
function latePhase(entry: DumpEntry): Phase | undefined {
  const kind = kindOfEntry(entry);
  const phase = kind && fixedPhase(kind);
  return phase === "finish" || phase === "event-triggers" ? phase : undefined;
}

interface Deciding {
  readonly keyed: KeyedEntry;
  readonly kind: DatabaseKind;
  readonly table: TableName | undefined;
  readonly phase: Phase;
  readonly there: ReadonlyMap<string, DumpEntry>;
  readonly owners: Owners;
  readonly options: PlanObjectsOptions;
}

function decide({ keyed: { key, entry }, kind, table, phase, there, owners, options }: Deciding): Action {
  const textOf = (text: string) => (kind === "database-setting" ? settingsText(text) : text);
  const source = { fingerprint: fingerprintOf(textOf(definitionOf(entry))) };
  const target = options.mapping.at({ key, entry });
  const definition = definitionOf(target.entry);
  const renamed = target.key === key ? undefined : `As ${target.key}.`;
  const base: DatabaseDetail = {
    kind,
    schema: entry.schema,
    name: table === undefined || entry.tag === table.name ? entry.tag : selectedName(entry, table),
    table: table && shownName(table.schema, table.name),
    remark: joined(renamed, options.remarks.get(key)),
  };
  const keyThere = kind === "default-privilege" ? options.adaptation.defaultsKey(target) : target.key;
  const existing = there.get(options.mapping.isMapped ? looseKey(keyThere) : keyThere);
  const action = (kindOfAction: Action["action"], reason: string, detail: DatabaseDetail): Action => ({
    action: kindOfAction,
    key,
    reason,
    bytes: 0,
    source,
    destination: existing && { fingerprint: fingerprintOf(textOf(definitionOf(existing))) },
    detail: writeDatabaseDetail(detail),
  });
  if (target.problem !== undefined) return action("notSynced", "not-mapped", { ...base, remark: `Its names could not be worked out: ${target.problem}` });
  // What is decided by its name is decided by that at the source.
  const adapted = options.adaptation.adapt({ ...target.entry, tag: entry.tag }, kind, owners.of(entry));
  if ("left" in adapted) return action("notSynced", adapted.left.reason, { ...base, remark: adapted.left.remark });
  // Settings that all were a role's are that role's actions; what only the owner is granted it has.
  if (adapted.ddl === "" && (adapted.lasting === undefined || existing === undefined))
    return action("skip", "empty", { ...base, remark: joined(base.remark, adapted.remark) });
  if (adapted.lasting === "" && existing === undefined && owners.isThere(entry)) return action("skip", "identical", base);

  // Whether its encoding fits is for the checks to say.
  if (kind === "database" && options.destination !== undefined) return action("skip", "exists", base);
  if (existing !== undefined) {
    const other = options.adaptation.asAtSource(existing);
    const isSame = textOf(definition) === textOf(other) || adapted.ddl === other || options.means(definition, other);
    const isSameThere = adapted.lasting !== undefined && options.means(adapted.lasting, options.adaptation.privilegesThere(existing));
    if (target.isExact && (isSame || isSameThere)) return action("skip", "identical", base);
    const isRecorded = options.recorded.get(key) === source.fingerprint;
    const printed = { kind, created: kind === "database-setting" ? definition : adapted.ddl, found: other, isSameMajor: options.isSameMajor };
    if (isRecorded && (!target.isExact || isPrintedOtherwise(printed))) return action("skip", "recorded", base);
    if (!target.isExact) {
      const remark = "It is at the destination, and without a `shadow:` its new definition is not known before apply: it cannot be compared.";
      return action("conflict", NOT_COMPARABLE, { ...base, remark: joined(renamed, remark) });
    }
    return action("conflict", "different", { ...base, difference: lineDifference(other, definition), remark: joined(base.remark, adapted.remark) });
  }
  if (kind === "schema" && options.destinationSchemas.has(target.entry.tag)) return action("skip", "exists", base);
  const owner = hasOwner(entry) && options.adaptation.mayOwn(entry.owner) ? entry.owner : undefined;
  const placed = options.adaptation.placed(adapted.ddl, entry);
  const remark = joined(base.remark, adapted.remark, placed.remark);
  const halfMade = options.halfMade.get(indexKey(kind, target.entry, table, options.mapping));
  if (halfMade !== undefined) {
    const left = "A build that was interrupted left it half-made: that is removed first.";
    return action("replace", "half-made", { ...base, phase, ddl: `DROP INDEX ${halfMade};\n${placed.ddl}`, remark: joined(remark, left) });
  }
  const ddl = owner === undefined ? placed.ddl : `${placed.ddl}\n${ownerStatement(target.entry, owner)}`;
  return action("create", "absent", { ...base, phase, ddl, owner, remark });
}

function joined(...remarks: readonly (string | undefined)[]): string | undefined {
  return remarks.filter((remark) => remark !== undefined).join(" ") || undefined;
}

/** A constraint's index has the constraint's name. */
function indexKey(kind: DatabaseKind, { schema, tag }: DumpEntry, table: TableName | undefined, mapping: Mapping): string {
  if (kind === "index") return qualifiedName(schema, tag);
  if (kind !== "constraint" || table === undefined) return "";
  return qualifiedName(schema, tag.slice(mapping.targetOf(table.schema, table.name).name.length + 1));
}

function notSynced({ key, entry }: KeyedEntry, kind: DatabaseKind, table: TableName | undefined, { reason, remark }: LeftBehind): Planned {
  const detail = writeDatabaseDetail({ kind, schema: entry.schema, name: entry.tag, table: table && shownName(table.schema, table.name), remark });
  return { phase: "finish", kind, action: { action: "notSynced", key, reason, bytes: 0, source: undefined, destination: undefined, detail } };
}
