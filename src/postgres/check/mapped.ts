import type { NameMap } from "../../core/sync-plan.ts";
import { quoteName } from "../names.ts";

export interface QualifiedTable {
  readonly schema: string;
  readonly name: string;
}

/** Name of a schema at the destination. */
export function mappedSchema({ schemas }: NameMap, schema: string): string {
  return (Object.hasOwn(schemas, schema) ? schemas[schema] : undefined) ?? schema;
}

/** Name of a table at the destination: one that is named itself, else its schema's new name and the first rename rule that fits. */
export function mappedTable(map: NameMap, schema: string, name: string): QualifiedTable {
  const key = `${schema}.${name}`;
  const named = Object.hasOwn(map.tables, key) ? map.tables[key] : undefined;
  if (named !== undefined) {
    const dot = named.indexOf(".");
    return { schema: named.slice(0, dot), name: named.slice(dot + 1) };
  }
  const rule = map.rename.find(({ from }) => new RegExp(from, "u").test(name));
  return { schema: mappedSchema(map, schema), name: rule ? name.replace(new RegExp(rule.from, "u"), rule.to) : name };
}

/** What pg_identify_object says of an object, once its schema has its new name. */
export function mappedIdentity(map: NameMap, schema: string | undefined, identity: string): string {
  if (schema === undefined) return identity;
  const mapped = mappedSchema(map, schema);
  if (mapped === schema) return identity;
  const before = [schema, quoteName(schema)].find((written) => identity.startsWith(`${written}.`));
  // The server quotes only what it has to.
  const after = /^[a-z_][a-z0-9_]*$/.test(mapped) ? mapped : quoteName(mapped);
  return before === undefined ? identity : after + identity.slice(before.length);
}
