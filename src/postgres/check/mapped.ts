import type { NameMap } from "../../core/sync-plan.ts";

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
  const rule = map.rename.find(({ from }) => new RegExp(from).test(name));
  return { schema: mappedSchema(map, schema), name: rule ? name.replace(new RegExp(rule.from), rule.to) : name };
}
