import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import standaloneModule from "ajv/dist/standalone/index.js";
import { build } from "esbuild";
import { compile } from "json-schema-to-typescript";
import { editorSchema } from "./editor-schema.ts";

type Schema = { [keyword: string]: unknown };

const NOTICE = "Made from schemas/plan.source.json by scripts/generate.ts. Do not edit.";
const FOLDER = "src/plan-file/generated";

/** What is validated alone, so that a mistake in one part hides none in another. */
const VALIDATORS = {
  validateFrame: "plan-frame",
  validateObjectSync: "object-sync",
  validatePostgresSync: "postgres-sync",
} as const;

/** Reads the schema of plans whose references are filled in. @returns path from the repository's root → text of every generated file of the plan file */
export async function generatePlanFile(root: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(root, "schemas/plan.source.json"), "utf8");
  const parse = () => JSON.parse(text) as Schema;
  return new Map([
    ["schemas/plan.schema.json", editorSchema(parse())],
    [`${FOLDER}/plan.ts`, await makeTypes(parse())],
    [`${FOLDER}/validate.js`, await makeValidators(parse(), root)],
    [`${FOLDER}/validate.d.ts`, makeDeclarations()],
  ]);
}

async function makeTypes(schema: Schema): Promise<string> {
  return compile(withoutExtensionKeys(schema) as Parameters<typeof compile>[0], "PlanFile", {
    additionalProperties: false,
    bannerComment: `/* ${NOTICE} */`,
    customName: ({ title }) => (title === schema["title"] ? "PlanFile" : undefined),
    unreachableDefinitions: true,
    strictIndexSignatures: true,
    style: { printWidth: 160 },
  });
}

/**
 * The `x-` keys would make every type an open one: nothing reads them, so types do not know them.
 * Conditions are for editors: what they choose between is a union to a type.
 */
function withoutExtensionKeys(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutExtensionKeys);
  if (typeof node !== "object" || node === null) return node;
  const { patternProperties: _patterns, if: _condition, then, else: other, unevaluatedProperties: _closed, examples: _examples, ...rest } = node as Schema;
  // A text beside a reference would make the same type anew each time.
  if ("$ref" in rest) return { $ref: rest["$ref"] };
  const copy = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutExtensionKeys(value)]));
  return then === undefined ? copy : { anyOf: [then, other].map(withoutExtensionKeys) };
}

/**
 * The syncs are opaque in the frame: which of the two kinds one is follows from the types of its
 * locations, which a schema cannot look up.
 */
async function makeValidators(schema: Schema, root: string): Promise<string> {
  const id = String(schema["$id"]);
  const definitions = schema["$defs"] as Record<string, Schema>;
  definitions["sync"] = { type: "object" };
  const patternNames = namePatterns(definitions);
  const keyTrees = {
    plan: keyTree(schema, definitions),
    objectSync: keyTree({ $ref: "#/$defs/objectSync" }, definitions),
    postgresSync: keyTree({ $ref: "#/$defs/postgresSync" }, definitions),
  };
  dropTexts(schema);
  for (const name of ["objectRules", "postgresRules"]) nameProperties(name, definitions);
  for (const definition of Object.values(definitions)) flatten(definition, definitions);
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    discriminator: true,
    messages: false,
    // One function a definition: inlined, a definition's code would be there once a reference.
    inlineRefs: false,
    code: { source: true, esm: true, lines: true, optimize: 2 },
  });
  // Nothing is left to it after `flatten`, and its bookkeeping would be a third of the code.
  ajv.opts.unevaluated = false;
  ajv.addSchema(schema);
  ajv.addSchema({ $id: VALIDATORS.validateFrame, $ref: id });
  ajv.addSchema({ $id: VALIDATORS.validateObjectSync, $ref: `${id}#/$defs/objectSync` });
  ajv.addSchema({ $id: VALIDATORS.validatePostgresSync, $ref: `${id}#/$defs/postgresSync` });
  const standalone = standaloneModule.default;
  const code = `${standalone(ajv, VALIDATORS)}\nexport const patternNames = ${JSON.stringify(patternNames)};\nexport const keyTrees = ${JSON.stringify(keyTrees)};`;
  const bundled = await build({
    stdin: { contents: code, resolveDir: root, sourcefile: "validate.js", loader: "js" },
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["main"],
    target: "es2024",
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: false,
    lineLimit: 200,
    write: false,
    banner: { js: `// ${NOTICE}` },
    legalComments: "none",
    logLevel: "warning",
  });
  const [output] = bundled.outputFiles;
  if (output === undefined) throw new Error("esbuild gave no output");
  return output.text;
}

/** Which definition a pattern belongs to: an error tells the pattern only. */
function namePatterns(definitions: Readonly<Record<string, Schema>>): Readonly<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const [name, { pattern }] of Object.entries(definitions)) {
    if (typeof pattern !== "string") continue;
    if (names[pattern] !== undefined) throw new Error(`The definitions ${names[pattern]} and ${name} share a pattern: let one refer to the other.`);
    names[pattern] = name;
  }
  return names;
}

/** Which keys there are where, to tell what was meant by one that is not there. */
function keyTree(schema: Schema, definitions: Readonly<Record<string, Schema>>): Schema {
  const found = resolve(schema, definitions);
  const tree: Schema = {};
  const properties: Record<string, Schema> = {};
  for (const part of [...((found["allOf"] as Schema[] | undefined) ?? []).map((part) => resolve(part, definitions)), found]) {
    Object.assign(properties, part["properties"]);
  }
  if (Object.keys(properties).length > 0)
    tree["keys"] = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, keyTree(value, definitions)]));
  const any = found["items"] ?? found["additionalProperties"];
  if (typeof any === "object" && any !== null) {
    const inner = keyTree(any as Schema, definitions);
    if (Object.keys(inner).length > 0) tree["any"] = inner;
  }
  if (Array.isArray(found["oneOf"])) {
    const variants = (found["oneOf"] as Schema[]).map((variant) => {
      const { properties } = resolve(variant, definitions) as { properties: { type: { const: string } } };
      return [properties.type.const, keyTree(variant, definitions)] as const;
    });
    tree["variants"] = Object.fromEntries(variants);
  }
  return tree;
}

function resolve(schema: Schema, definitions: Readonly<Record<string, Schema>>): Schema {
  const { $ref } = schema;
  if (typeof $ref !== "string") return schema;
  const target = definitions[$ref.replace("#/$defs/", "")];
  if (target === undefined) throw new Error(`There is no ${$ref}.`);
  return resolve(target, definitions);
}

/** Gives each property of a definition a name of its own, so that its code is there once however often it is copied. */
function nameProperties(name: string, definitions: Record<string, Schema>): void {
  const properties = definitions[name]?.["properties"] as Record<string, Schema>;
  for (const [key, property] of Object.entries(properties)) {
    definitions[`${name}.${key}`] = property;
    properties[key] = { $ref: `#/$defs/${name}.${key}` };
  }
}

/**
 * Copies what a closed definition takes from others into it. The validator's own bookkeeping of
 * evaluated properties takes `constructor` and the like for evaluated.
 */
function flatten(definition: Schema, definitions: Readonly<Record<string, Schema>>): void {
  if (definition["unevaluatedProperties"] !== false) return;
  const parts = ((definition["allOf"] as Schema[] | undefined) ?? []).map((part) => resolve(part, definitions));
  definition["properties"] = Object.assign({}, ...parts.map((part) => part["properties"]), definition["properties"]) as Schema;
  definition["additionalProperties"] = false;
  delete definition["allOf"];
  delete definition["unevaluatedProperties"];
}

/** Validators carry parts of the schema along; what is for people is not needed there. */
function dropTexts(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if ((key === "description" && typeof value === "string") || key === "examples" || key === "default") delete (node as Schema)[key];
    else dropTexts(value);
  }
}

function makeDeclarations(): string {
  const functions = Object.keys(VALIDATORS).map((name) => `export declare const ${name}: Validator;`);
  return `// ${NOTICE}
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}
${functions.join("\n")}
/** Which keys there are where. */
export interface KeyTree {
  readonly keys?: Readonly<Record<string, KeyTree>>;
  /** Of the values of a map with free keys, and of the items of a list. */
  readonly any?: KeyTree;
  /** By the value of \`type\`. */
  readonly variants?: Readonly<Record<string, KeyTree>>;
}
export declare const keyTrees: { readonly plan: KeyTree; readonly objectSync: KeyTree; readonly postgresSync: KeyTree };
/** Pattern of the schema → the definition it belongs to. */
export declare const patternNames: Readonly<Record<string, string>>;
`;
}
