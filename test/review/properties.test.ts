import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Document, isMap, isPair, isScalar, isSeq, parse, parseDocument, stringify } from "yaml";
import { loadPlan } from "../../src/plan-file/load.ts";
import { readOutline } from "../../src/plan-file/outline.ts";
import { OUTLINE_DEFAULTS } from "../../src/plan-file/outline-values.ts";
import { planHash } from "../../src/plan-file/plan-hash.ts";
import { REVIEW_CODES } from "../../src/review/finding.ts";
import { review, told } from "./support.ts";

const ROOT = join(import.meta.dirname, "../..");
const NAMES = ["everything", "database-copy", "filters", "bucket-mirror", "between-stores", "directory-to-bucket"];
const planText = (name: string) => readFileSync(join(ROOT, "plans", `${name}.yaml`), "utf8");
const PLANS = NAMES.map(planText);
const MOST_CHANGES = 50;
const plan = fc.constantFrom(...PLANS);

test("a plan beside itself: nothing", () => {
  for (const text of PLANS) expect(review(text, text)).toMatchObject({ meaning: "identical", findings: [] });
});

test("however its keys are ordered and its lines are broken: nothing", () => {
  fc.assert(
    fc.property(plan, fc.infiniteStream(fc.nat()), fc.constantFrom(40, 80, 200), (text, random, lineWidth) => {
      const shuffled = stringify(shuffle(parse(text, { merge: true }), random), { lineWidth, ...(lineWidth === 40 && { collectionStyle: "flow" }) });
      expect(told(review(text, shuffled))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.each(NAMES)("no change of what %s asks for goes unsaid", (name) => {
  const text = planText(name);
  const before = hashOf(text);
  expect(before, text).toBeDefined();
  const plain = stringify(parse(text, { merge: true }));
  const count = changesOf(parseDocument(plain)).length;
  const unsaid: string[] = [];
  // Other ones on each run: all of them take a minute.
  const [first = 0, how = 0] = fc.sample(fc.nat(), 2);
  for (let at = 0; at < Math.min(count, MOST_CHANGES); at++) {
    const which = Math.floor((at * count) / Math.min(count, MOST_CHANGES) + first) % count;
    const document = parseDocument(plain);
    const what = changesOf(document)[which]?.(how + at) ?? "";
    const after = document.toString();
    const hash = hashOf(after);
    if (hash !== undefined && hash !== before && review(text, after).findings.length === 0) unsaid.push(what);
  }
  // The server's own default, which an environment may have another for.
  const isDefault = (what: string) => /^\/locations\/replica\/(?:port|statementTimeout) taken out$/.test(what);
  expect(unsaid.filter((what) => !isDefault(what))).toEqual([]);
});

test("whatever is written, a review is made of it", () => {
  fc.assert(
    fc.property(plan, fc.array(fc.tuple(fc.nat(), fc.string({ unit: "binary", maxLength: 5 }), fc.nat(20)), { maxLength: 5 }), (text, edits) => {
      let after = text;
      for (const [at, put, cut] of edits) after = after.slice(0, at % after.length) + put + after.slice((at % after.length) + cut);
      const found = review(text, after);
      for (const { place, anchor } of found.findings) for (const span of [place, anchor]) expect(span.line).toBeGreaterThan(0);
      review(after, text);
    }),
    { numRuns: 200 },
  );
});

describe("the defaults that a review fills in are those of the schema", () => {
  const schema: Schema = JSON.parse(readFileSync(join(ROOT, "schemas/plan.schema.json"), "utf8"));
  test.each([
    ["s3", "s3Location"],
    ["directory", "directoryLocation"],
    ["database", "postgresLocation"],
    ["objects", "objectRules"],
    ["postgres", "postgresRules"],
  ] as const)("%s", (kind, name) => {
    // Beneath maps that may be missing as a whole, defaults hold only where the map is there.
    const written = defaultsOf(schema, schema.$defs?.[name], []).filter(([path]) => !/^(?:restore|schedule|incremental|continuous|flow|rate)\b./.test(path));
    for (const [path, value] of written) {
      const known = OUTLINE_DEFAULTS[kind][path];
      expect(known, path).toEqual(Array.isArray(value) ? value.map(String).toSorted() : typeof value === "string" && typeof known === "number" ? known : value);
    }
    expect(written.length).toBeGreaterThan(0);
  });
});

test("every finding is explained, and nothing else is", () => {
  const page = readFileSync(join(ROOT, "docs/review-findings.md"), "utf8");
  const sections = page.split(/^### /m).slice(1);
  expect(sections.map((section) => /^`([A-Z_]+)`/.exec(section)?.[1] ?? "").toSorted()).toEqual([...REVIEW_CODES]);
  for (const section of sections) expect(section).toMatch(/\*\*Fix:\*\* \S/);
});

test("every finding is made somewhere", () => {
  const sources = ["compare-plans", "sync-findings", "object-rules", "database-rules", "location-rules", "review-plan"]
    .map((name) => readFileSync(join(ROOT, `src/review/${name}.ts`), "utf8"))
    .join("");
  expect(REVIEW_CODES.filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
});

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

function defaultsOf(root: Schema, schema: Schema | undefined, path: readonly string[]): (readonly [path: string, value: unknown])[] {
  if (schema === undefined) return [];
  const target = schema.$ref === undefined ? undefined : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
  const value = schema.default ?? target?.default;
  const own = value === undefined ? [] : [[path.join("."), value] as const];
  const inner = { ...target?.properties, ...schema.properties };
  const beneath = Object.entries(inner).flatMap(([key, child]) => defaultsOf(root, child, [...path, key]));
  const free =
    path.join(".") === "tables" && typeof schema.additionalProperties === "object" ? defaultsOf(root, schema.additionalProperties, [...path, "*"]) : [];
  return [...own, ...beneath, ...free];
}

function shuffle(value: unknown, random: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffle(item, random));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).map(([key, inner]) => [random.next().value ?? 0, key, shuffle(inner, random)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, key, inner]) => [key, inner]));
}

/** Everything that can be done to one value of a document: to change it, or to take it out. Each says what it did. */
function changesOf(document: Document): ((how: number) => string)[] {
  const changes: ((how: number) => string)[] = [];
  const visit = (node: unknown, path: string): void => {
    if (isMap(node) || isSeq(node)) {
      for (const [at, item] of node.items.entries()) {
        const beneath = `${path}/${isPair(item) ? String(item.key) : at}`;
        changes.push(() => {
          node.items.splice(at, 1);
          return `${beneath} taken out`;
        });
        visit(isPair(item) ? item.value : item, beneath);
      }
    } else if (isScalar(node)) {
      changes.push((how) => {
        const { value } = node;
        if (typeof value === "boolean") node.value = !value;
        else if (typeof value === "number") node.value = value + 1 + (how % 3);
        else if (typeof value === "string") node.value = OTHERS[how % OTHERS.length]?.(value);
        return `${path}: ${String(value)} became ${String(node.value)}`;
      });
    }
  };
  visit(document.contents, "");
  return changes;
}

const WORDS = [
  "skip",
  "ifNewer",
  "fail",
  "accept",
  "none",
  "size",
  "bytes",
  "all",
  "table",
  "replace",
  "inconsistent",
  "require",
  "follow",
  "preserve",
  "standard",
];
const OTHERS: readonly ((value: string) => string)[] = [
  (value) => value.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
  (value) => `${value}x`,
  (value) => `x${value}`,
  (value) => value.replace(/\/$/, "2/"),
  ...WORDS.map((word) => () => word),
];

/** A value for each variable that a plan cannot do without, which its name tells the form of. */
function environmentOf(text: string): Record<string, string> {
  return Object.fromEntries([...(readOutline(text)?.neededVariables.keys() ?? [])].map((name) => [name, valueOf(name)]));
}

function valueOf(name: string): string {
  const host = name.toLowerCase().replaceAll("_", "-");
  if (name.endsWith("ENDPOINT")) return `https://${host}`;
  if (name.endsWith("URL")) return `postgres://${host}/shop`;
  if (name.endsWith("DIR")) return `/${host}`;
  return name === "CUSTOMER_KEY" ? Buffer.alloc(32).toString("base64") : host;
}

/** Of what the checked plan asks for, lists whose order means nothing sorted; undefined where it is not valid. */
function hashOf(text: string): string | undefined {
  const { plan: loaded } = loadPlan(text, { file: "/plans/nightly.yaml", displayFile: "nightly.yaml", env: environmentOf(text) });
  if (loaded === undefined) return undefined;
  const syncs = loaded.syncs
    .map((sync) => ({
      ...sync,
      needs: sync.needs.toSorted(),
      ...(sync.kind === "objects" && { include: sync.include.toSorted(), exclude: sync.exclude.toSorted() }),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return planHash({ ...loaded, syncs });
}
