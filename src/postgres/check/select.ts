import type { PostgresSync } from "../../core/sync-plan.ts";
import type { DatabaseKind } from "../../driver/database-action.ts";
import { readSpecialObjects } from "../catalog/special.ts";
import type { Session } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { shownName } from "../names.ts";
import { neverSynced } from "../plan/never-synced.ts";
import { makeSelect } from "../plan/select.ts";

/** An object of the source that has a name of its own. What belongs to a table (indexes, constraints, triggers) goes with it. */
export interface SelectedObject {
  readonly kind: DatabaseKind;
  /** OID of the catalog that `oid` is of, as in pg_depend. */
  readonly classOid: number;
  readonly oid: number;
  readonly schema: string | undefined;
  readonly name: string;
  readonly owner: string;
}

/** What a sync takes along, as the checks see it. */
export interface SelectedObjects {
  readonly objects: readonly SelectedObject[];
  /** Selected, but of a kind that is never synced. */
  readonly neverSynced: readonly SelectedObject[];
}

/** Objects of some kinds. */
export function ofKinds({ objects }: SelectedObjects, ...kinds: readonly DatabaseKind[]): readonly SelectedObject[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

export function oidsOf(objects: readonly SelectedObject[]): readonly number[] {
  return objects.map(({ oid }) => oid);
}

/** Names as people see them. */
export function namesOf(objects: readonly { readonly schema: string | undefined; readonly name: string }[]): readonly string[] {
  return objects.map(({ schema, name }) => shownName(schema, name));
}

/** Tables whose rows travel. */
export function tablesWithRows(sync: Pick<PostgresSync, "tables">, selected: SelectedObjects): readonly SelectedObject[] {
  return ofKinds(selected, "table").filter(({ schema, name }) => sync.tables[`${schema}.${name}`]?.rows !== false);
}

/**
 * Finds what a sync selects by one query of the source's catalogs: ten thousand tables take a moment,
 * and nothing is locked.
 */
export async function readSelectedObjects(source: Session, sync: Pick<PostgresSync, "objects" | "level" | "synchronize">): Promise<SelectedObjects> {
  const select = makeSelect(sync);
  const special = await readSpecialObjects(source);
  const rows = await source.query<ObjectRow>(objectsQuery(source.version));
  const objects: SelectedObject[] = [];
  const left: SelectedObject[] = [];
  for (const row of rows) {
    const object = toObject(row);
    if (!select(object.kind, object.schema, object.name, undefined)) continue;
    const isNever = sync.objects.include !== "all" && neverSynced(entryOf(object), object.kind, special) !== undefined;
    (isNever ? left : objects).push(object);
  }
  const used = new Set(objects.map(({ schema }) => schema));
  // Of selected single objects only the schemas that hold one of them are made.
  const isWhole = sync.level === "database" && typeof sync.objects.include === "string";
  return { objects: isWhole ? objects : objects.filter(({ kind, name }) => kind !== "schema" || used.has(name)), neverSynced: left };
}

interface ObjectRow {
  readonly kind: DatabaseKind;
  readonly class: number;
  readonly oid: number;
  readonly schema: string | null;
  readonly name: string;
  readonly owner: string;
}

function toObject({ kind, class: classOid, oid, schema, name, owner }: ObjectRow): SelectedObject {
  return { kind, classOid, oid, schema: schema ?? undefined, name, owner };
}

const KINDS_IN_DUMP: Partial<Record<DatabaseKind, string>> = { schema: "SCHEMA" };

/** The parts of a dump's entry by which it is decided what is never synced. */
function entryOf({ kind, classOid, oid, schema, name, owner }: SelectedObject): DumpEntry {
  return {
    dumpId: 0,
    classOid,
    oid,
    type: KINDS_IN_DUMP[kind] ?? "",
    tag: name,
    section: "pre-data",
    definition: "",
    dropStatement: "",
    schema,
    tablespace: undefined,
    accessMethod: undefined,
    relkind: "",
    owner,
    dependencies: [],
  };
}

/** OIDs below are the server's own. The schema public is the server's too, but its objects are not. */
const FIRST_NORMAL = 16_384;
const PROKIND_FROM = 110_000;

function objectsQuery(version: number): string {
  const prokind =
    version >= PROKIND_FROM
      ? "CASE o.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END"
      : "CASE WHEN o.proisagg THEN 'aggregate' ELSE 'function' END";
  const parts = [
    part({ kind: "'schema'", catalog: "pg_namespace", name: "o.nspname", owner: "o.nspowner" }),
    part({ kind: "'extension'", catalog: "pg_extension", name: "o.extname", owner: "o.extowner" }),
    part({
      kind: "CASE o.relkind WHEN 'f' THEN 'foreign-table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized-view' WHEN 'S' THEN 'sequence' ELSE 'table' END",
      catalog: "pg_class",
      name: "o.relname",
      owner: "o.relowner",
      schema: "o.relnamespace",
      where: "o.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')",
    }),
    part({ kind: prokind, catalog: "pg_proc", name: "o.proname", owner: "o.proowner", schema: "o.pronamespace" }),
    part({
      kind: "CASE o.typtype WHEN 'd' THEN 'domain' ELSE 'type' END",
      catalog: "pg_type",
      name: "o.typname",
      owner: "o.typowner",
      schema: "o.typnamespace",
      // Row types of tables, types of arrays and multiranges come with theirs.
      where: `(o.typtype IN ('d', 'e', 'r', 'p') OR (o.typtype = 'c' AND (SELECT c.relkind FROM pg_catalog.pg_class c WHERE c.oid = o.typrelid) = 'c')
        OR (o.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = o.oid)))`,
    }),
    part({ kind: "'collation'", catalog: "pg_collation", name: "o.collname", owner: "o.collowner", schema: "o.collnamespace" }),
    part({ kind: "'conversion'", catalog: "pg_conversion", name: "o.conname", owner: "o.conowner", schema: "o.connamespace" }),
    part({ kind: "'operator'", catalog: "pg_operator", name: "o.oprname", owner: "o.oprowner", schema: "o.oprnamespace" }),
    part({ kind: "'operator-class'", catalog: "pg_opclass", name: "o.opcname", owner: "o.opcowner", schema: "o.opcnamespace" }),
    part({ kind: "'operator-family'", catalog: "pg_opfamily", name: "o.opfname", owner: "o.opfowner", schema: "o.opfnamespace" }),
    part({ kind: "'access-method'", catalog: "pg_am", name: "o.amname" }),
    part({ kind: "'cast'", catalog: "pg_cast", name: "pg_catalog.format_type(o.castsource, NULL) || ' AS ' || pg_catalog.format_type(o.casttarget, NULL)" }),
    part({ kind: "'transform'", catalog: "pg_transform", name: "pg_catalog.format_type(o.trftype, NULL)" }),
    part({ kind: "'text-search-parser'", catalog: "pg_ts_parser", name: "o.prsname", schema: "o.prsnamespace" }),
    part({ kind: "'text-search-template'", catalog: "pg_ts_template", name: "o.tmplname", schema: "o.tmplnamespace" }),
    part({ kind: "'text-search-dictionary'", catalog: "pg_ts_dict", name: "o.dictname", owner: "o.dictowner", schema: "o.dictnamespace" }),
    part({ kind: "'text-search-configuration'", catalog: "pg_ts_config", name: "o.cfgname", owner: "o.cfgowner", schema: "o.cfgnamespace" }),
    part({ kind: "'foreign-data-wrapper'", catalog: "pg_foreign_data_wrapper", name: "o.fdwname", owner: "o.fdwowner" }),
    part({ kind: "'foreign-server'", catalog: "pg_foreign_server", name: "o.srvname", owner: "o.srvowner" }),
    part({ kind: "'language'", catalog: "pg_language", name: "o.lanname", owner: "o.lanowner" }),
    part({ kind: "'event-trigger'", catalog: "pg_event_trigger", name: "o.evtname", owner: "o.evtowner" }),
    part({ kind: "'publication'", catalog: "pg_publication", name: "o.pubname", owner: "o.pubowner" }),
    // Its OID may be closed to all but superusers, its name is not.
    `SELECT 'subscription', 'pg_catalog.pg_subscription'::regclass::oid, 0::oid, NULL, s.subname::text, pg_catalog.pg_get_userbyid(s.subowner)::text
      FROM pg_catalog.pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
  ];
  return `WITH members AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype IN ('e', 'i') AND objsubid = 0) ${parts.join(" UNION ALL ")} ORDER BY 4 NULLS FIRST, 5`;
}

interface Part {
  readonly kind: string;
  readonly catalog: string;
  readonly name: string;
  readonly owner?: string;
  readonly schema?: string;
  readonly where?: string;
}

/**
 * Members of extensions come with their extension, and what the server made for an object itself with
 * that: an identity column's sequence, a range's functions. What is in the system's schemas is the server's.
 */
function part({ kind, catalog, name, owner, schema, where = "true" }: Part): string {
  const isSystem = (text: string) => `(${text} = 'information_schema' OR ${text} LIKE 'pg\\_%')`;
  const own = catalog === "pg_namespace" ? `AND NOT ${isSystem("o.nspname")}` : schema === undefined ? "" : `AND NOT ${isSystem("n.nspname")}`;
  return `SELECT ${kind} AS kind, 'pg_catalog.${catalog}'::regclass::oid AS class, o.oid AS oid, ${schema === undefined ? "NULL" : "n.nspname::text"} AS schema,
      (${name})::text AS name, ${owner === undefined ? "''" : `pg_catalog.pg_get_userbyid(${owner})::text`} AS owner
    FROM pg_catalog.${catalog} o ${schema === undefined ? "" : `JOIN pg_catalog.pg_namespace n ON n.oid = ${schema}`}
    WHERE (o.oid >= ${FIRST_NORMAL}) ${own} AND ${where}
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_catalog.${catalog}'::regclass AND m.objid = o.oid)`;
}
