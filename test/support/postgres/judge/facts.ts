import type pg from "pg";
import { factQueries, OBJECTS_QUERY, OWN_OBJECTS, RELATIONS_QUERY } from "./queries.ts";

interface Fact {
  readonly kind: string;
  readonly name: string;
  readonly aspect: string;
  readonly value: string;
}

/** Whatever the session or the database has set, names are told whole and values in one way. */
export const PINNED = `
  SET LOCAL search_path = pg_catalog;
  SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';
  SET LOCAL bytea_output = 'hex'; SET LOCAL standard_conforming_strings = on; SET LOCAL xmloption = 'content';
  SET LOCAL quote_all_identifiers = off; SET LOCAL row_security = off; SET LOCAL statement_timeout = 0;`;

/** Reads in one snapshot. @returns sorted lines */
export async function readFacts(client: pg.Client, portable: boolean): Promise<readonly string[]> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;${PINNED}`);
  try {
    const facts: Fact[] = [];
    const objects = (await client.query<{ classid: string; objid: string }>(OBJECTS_QUERY)).rows;
    const relations = (await client.query<{ oid: string; relkind: string; name: string }>(RELATIONS_QUERY)).rows;
    const lists = [
      objects.map((o) => o.classid),
      objects.map((o) => o.objid),
      relations.map((r) => r.oid),
      relations.map((r) => r.relkind),
      relations.map((r) => r.name),
    ];
    for (const { kind, sql } of factQueries()) {
      const { rows } = await client.query<{ name: string; aspect: string; value: string | null }>(`${OWN_OBJECTS} ${sql}`, lists);
      for (const row of rows) facts.push({ kind, name: row.name, aspect: row.aspect, value: row.value ?? "NULL" });
    }
    for (const { name, relkind } of relations) if (relkind === "S") facts.push(await sequenceValue(client, name));
    const read = facts.map((fact) => (fact.kind === "definition" ? { ...fact, value: castsInside(fact.value) } : fact));
    const told = portable ? read.flatMap((fact) => portableFact(fact)) : read;
    return told.map(({ kind, name, aspect, value }) => oneLine(`${kind} | ${name} | ${aspect} | ${value}`)).sort();
  } finally {
    await client.query("ROLLBACK");
  }
}

async function sequenceValue(client: pg.Client, name: string): Promise<Fact> {
  // The name is the server's own quoting of it.
  const { rows } = await client.query<{ last_value: string; is_called: boolean }>(`SELECT last_value, is_called FROM ${name}`);
  return { kind: "sequence value", name, aspect: "value", value: `${rows[0]?.last_value} ${rows[0]?.is_called ? "called" : "not called"}` };
}

function oneLine(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}

/**
 * `kind IN ('a', 'b')` of a varchar is printed as a cast of an array. Once that is read again, as a copy does, it
 * is an array of casts, and stays one.
 */
function castsInside(definition: string): string {
  return definition.replaceAll(
    /\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]/g,
    (_, items: string) => `ARRAY[${items.replaceAll(/'(?:[^']|'')*'::character varying/g, "($&)::text")}]`,
  );
}

/**
 * A fact so that every major tells it alike. What is lost by that:
 *
 * - names of multiranges, which come with ranges from 14 on; that the sequence of an unlogged table is unlogged, from 15 on
 * - that partitions have their parent's identity, from 17 on, and copies of its triggers
 * - versions of extensions, the columns and filters of publications, what publications and subscriptions have learnt since 10
 * - not-null constraints' own names and marks, which are objects from 18 on (that a column is not null is still told)
 * - in definitions: brackets, and the qualifiers before columns, which newer majors leave out where one relation is
 *   read (that a view reads these columns of these relations is a fact of its own)
 * - the privilege MAINTAIN, from 17 on
 */
export function portableFact(fact: Fact): readonly Fact[] {
  const { kind, aspect, value } = fact;
  if (kind === "extension version" || (kind === "publication" && aspect === "truncate") || (kind === "subscription" && aspect === "options")) return [];
  if (kind === "range" && aspect === "multirange") return [];
  if (kind === "relation" && value.includes('"kind": "S"')) return [{ ...fact, value: value.replace('"persistence": "u"', '"persistence": "p"') }];
  if (kind === "comment" || kind === "transform") return [{ ...fact, name: fact.name.replace(/^((?:transform )?for .*) on language /, "$1 language ") }];
  if (kind === "constraint" && value.includes('"type": "n"')) return [];
  if (aspect === "constraint" && value.startsWith("NOT NULL")) return [];
  if (kind === "definition") return [{ ...fact, value: loosened(value) }];
  if (kind === "published" || aspect === "enabled, its copy") return [];
  if (kind === "function" && aspect === "arguments") return [{ ...fact, value: value.replaceAll(/\bIN (?=[a-z"])/g, "") }];
  if (kind === "column" && !value.includes('"inherited": 0')) return [{ ...fact, value: value.replace(/"identity": "[ad]"/, '"identity": ""') }];
  if (aspect === "privileges") return [{ ...fact, value: withoutMaintain(value) }];
  return [fact];
}

function loosened(definition: string): string {
  return definition
    .replaceAll(/EXECUTE PROCEDURE/g, "EXECUTE FUNCTION")
    .replaceAll(/(?:"(?:[^"]|"")+"|\b[a-z_][a-z0-9_$]*)\.(?=["a-z_*(])/g, "")
    .replaceAll(/\bIN (?=[a-z"])/g, "")
    .replaceAll(/[()\s]+/g, " ")
    .trim();
}

function withoutMaintain(value: string): string {
  return value
    .split(", ")
    .filter((word) => !word.includes(": MAINTAIN"))
    .join(", ");
}
