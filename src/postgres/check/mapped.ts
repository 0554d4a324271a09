import type { NameMap } from "../../core/sync-plan.ts";
import { mappedSchema } from "../mapping/names.ts";
import { quoteName } from "../names.ts";

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
