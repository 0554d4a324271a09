/** What stands for a value until a plan is used. */
const REFERENCE = String.raw`\$\{`;
const NOTICE = "Made from plan.source.json by scripts/generate.ts, which lets each value be a reference. Do not edit.";

type Schema = { readonly [keyword: string]: unknown };

/**
 * The schema of plans as people write them, with `${NAME}` where a value will be. The one that it is
 * made from describes plans whose references were filled in: that is what validators look at.
 */
export function editorSchema(source: Schema): string {
  const { $schema, $id, ...rest } = source;
  // SAFETY: an object becomes one.
  return `${JSON.stringify({ $schema, $id, $comment: NOTICE, ...(orReference(rest) as Schema) }, null, 2)}\n`;
}

function orReference(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(orReference);
  if (typeof node !== "object" || node === null) return node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) copy[key] = isOfKeys(key) ? value : inMap(key) ? mapValues(value) : orReference(value);
  return scalarOrReference(copy);
}

/** Neither names nor samples are filled in, nor what tells kinds of things apart. */
function isOfKeys(keyword: string): boolean {
  return ["propertyNames", "patternProperties", "if", "examples", "default", "enum", "required", "dependentRequired", "discriminator"].includes(keyword);
}

/** Where keys are names, and no keywords. */
function inMap(keyword: string): boolean {
  return keyword === "properties" || keyword === "$defs";
}

function mapValues(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, schema]) => [name, orReference(schema)]));
}

function scalarOrReference(schema: Record<string, unknown>): Schema {
  const { type, pattern, enum: values, ...rest } = schema;
  if (typeof pattern === "string") return { ...schema, pattern: `${REFERENCE}|${pattern}` };
  if (Array.isArray(values)) return { ...rest, ...(type !== undefined && { type }), anyOf: [{ enum: values }, { type: "string", pattern: REFERENCE }] };
  if (type === "boolean" || type === "integer" || type === "number") return { ...rest, type: [type, "string"], pattern: REFERENCE };
  return schema;
}
