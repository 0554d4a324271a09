import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/temp.ts";
import { type LanguageServer, type Place, startLanguageServer } from "./language-server.ts";

const SCHEMA = join(import.meta.dirname, "../../schemas/plan.schema.json");
/** What that is made from: there each value is what it is, and no reference besides. */
const SOURCE = join(import.meta.dirname, "../../schemas/plan.source.json");
const LOCATIONS = `version: 1
name: nightly
locations:
  one: { type: directory, path: a }
  two: { type: s3, bucket: b }
  db1: { type: postgres, url: 'postgres://db/x' }
  db2: { type: postgres, url: 'postgres://db/y' }
syncs:
`;
const MEDIA = `${LOCATIONS}  media:\n    from: one\n    to: two\n`;
const SHOP = `${LOCATIONS}  shop:\n    from: db1\n    to: db2\n`;

const PLANS = join(import.meta.dirname, "../../plans");

/** How a server comes to know which schema a file has. */
const WAYS = {
  modeline: { schemas: {}, head: `# yaml-language-server: $schema=${SCHEMA}\n` },
  association: { schemas: { [pathToFileURL(SCHEMA).href]: ["plans/*.yaml"] }, head: "# no modeline\n" },
} as const;

interface Seen {
  readonly labels: readonly string[];
  readonly documentation: Readonly<Record<string, string>>;
  readonly hover: string | undefined;
  readonly diagnostics: readonly { readonly line: number; readonly text: string; readonly message: string }[];
}

/** What an editor shows at the mark. */
async function look(server: LanguageServer, folder: string, marked: string): Promise<Seen> {
  const offset = marked.indexOf("▏");
  const before = marked.slice(0, offset).split("\n");
  const place: Place = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  const text = marked.replace("▏", "");
  const lines = text.split("\n");
  const document = server.open(join(folder, "plans", `${offset}-${text.length}.yaml`), text);
  const diagnostics = await document.diagnostics;
  const items = await document.complete(place);
  return {
    labels: items.map(({ label }) => label),
    documentation: Object.fromEntries(
      items.map(({ label, documentation = "" }) => [label, typeof documentation === "string" ? documentation : documentation.value]),
    ),
    hover: await document.hover(place),
    diagnostics: diagnostics.map(({ message, range: { start, end } }) => ({
      line: start.line,
      text: lines[start.line]?.slice(start.character, end.character) ?? "",
      message,
    })),
  };
}

describe.each(Object.entries(WAYS))("by %s", (_, { schemas, head }) => {
  test("completes keys and values, explains them, and marks mistakes", async () => {
    await using folder = await temporaryFolder("tidemark-editor-");
    await using server = await startLanguageServer(folder.path, Object.fromEntries(Object.entries(schemas).map(([uri, [glob]]) => [uri, folder.join(glob)])));
    const at = (marked: string) => look(server, folder.path, head + marked);

    const top = await at("version: 1\nname: nightly\n▏");
    expect(top.labels).toEqual(expect.arrayContaining(["locations", "syncs", "defaults", "state"]));
    expect(top.documentation["state"]).toContain("Where what earlier runs completed is kept");

    expect((await at("version: 1\nlocations:\n  one:\n    type: ▏\n")).labels.toSorted()).toEqual(["directory", "postgres", "s3"]);
    const bucket = await at("version: 1\nlocations:\n  one:\n    type: s3\n    ▏\n");
    expect(bucket.labels).toEqual(expect.arrayContaining(["bucket", "endpoint", "credentials"]));
    expect(bucket.labels).not.toContain("sslmode");

    const object = await at(`${MEDIA}    ▏\n`);
    expect(object.labels).toEqual(expect.arrayContaining(["onExisting", "delete", "guards"]));
    expect(object.labels).not.toContain("accounts");
    const database = await at(`${SHOP}    mode: full\n    ▏\n`);
    expect(database.labels).toEqual(expect.arrayContaining(["accounts", "map", "sessions"]));
    expect(database.labels).not.toContain("onExisting");

    expect((await at(`${MEDIA}    onExisting: ▏\n`)).labels).toEqual(["overwrite", "skip", "ifNewer", "fail"]);
    expect((await at(`${MEDIA}    delete: ▏\n`)).labels.toSorted()).toEqual(["false", "true"]);
    expect((await at(`${SHOP}    accounts: { include: all }\n    rows:\n      onDifferent: ▏\n`)).labels).toEqual(
      expect.arrayContaining(["report", "replace"]),
    );

    const hover = await at(`${MEDIA}    onEx▏isting: skip\n`);
    expect(hover.hover).toContain("What happens to a key that the destination has with other content.");
    expect(hover.hover).toMatch(/Default: \\?`overwrite/);
    expect(hover.diagnostics).toEqual([]);
    expect((await at(`${MEDIA}    guards: { maxDel▏etes: 3 }\n`)).hover).toMatch(/The most deletions[^]*Example/);

    expect((await at(`${MEDIA}    onExistng: skip▏\n`)).diagnostics).toMatchObject([{ text: "onExistng", message: "Property onExistng is not allowed." }]);
    expect((await at(`${MEDIA}    onExisting: sometimes▏\n`)).diagnostics).toMatchObject([
      { text: "sometimes", message: expect.stringContaining('"overwrite", "skip"') },
    ]);
  });
});

test("takes a reference for a value of any kind, and goes on to tell what the others may be", async () => {
  await using folder = await temporaryFolder("tidemark-editor-");
  await using server = await startLanguageServer(folder.path);
  const at = (marked: string) => look(server, folder.path, WAYS.modeline.head + marked);
  const rules = (value: string) => `    delete: ${value}\n    onExisting: ${value}\n    priority: ${value}\n    rate: { bytes: ${value} }\n▏`;
  expect((await at(MEDIA + rules('"${WHAT:-x}"'))).diagnostics).toEqual([]);
  expect((await at(MEDIA + rules("nothing"))).diagnostics.map(({ text }) => text)).toEqual(["nothing", "nothing", "nothing", "nothing"]);
});

test("has nothing against the plans that come along", async () => {
  await using folder = await temporaryFolder("tidemark-editor-");
  await using server = await startLanguageServer(folder.path);
  for (const name of await readdir(PLANS)) {
    const file = join(PLANS, name);
    expect([name, await server.open(file, await readFile(file, "utf8")).diagnostics]).toEqual([name, []]);
  }
});

interface SchemaNode {
  readonly [key: string]: unknown;
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

test("every key has a description of its own, and what may be written is shown", async () => {
  const schema = JSON.parse(await readFile(SOURCE, "utf8"));
  const withReferences = (node: SchemaNode): readonly SchemaNode[] =>
    node.$ref === undefined ? [node] : [node, ...withReferences(schema.$defs[node.$ref.split("/").at(-1) ?? ""])];
  const shows = (node: SchemaNode) => node["type"] === "boolean" || ["examples", "default", "enum", "const", "properties", "oneOf"].some((key) => key in node);
  const faults: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    if (isNode(node)) {
      for (const [key, property] of Object.entries(node.properties ?? {})) {
        const all = withReferences(property);
        if (property.description === undefined) faults.push(`${path}/${key} has no description`);
        if (!all.some(shows)) faults.push(`${path}/${key} has no example`);
        // Editors show the description, and not the default.
        if (all.some((each) => "default" in each) && !property.description?.includes("Default")) faults.push(`${path}/${key} does not say its default`);
      }
    }
    for (const [key, child] of Object.entries(node)) if (!["examples", "default", "enum"].includes(key)) visit(child, `${path}/${key}`);
  };
  visit(schema, "");
  expect(faults).toEqual([]);
});

function isNode(value: object): value is SchemaNode {
  return !Array.isArray(value);
}
