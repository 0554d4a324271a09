import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { readPlanFile } from "../../src/plan-file/load.ts";

const ROOT = join(import.meta.dirname, "../..");
const PLANS = readdirSync(join(ROOT, "plans")).filter((name) => name.endsWith(".yaml"));

const ENV = {
  SOURCE_DIR: "/data/source",
  DESTINATION_DIR: "/data/destination",
  BUCKET: "bucket",
  SOURCE_BUCKET: "source",
  DESTINATION_BUCKET: "destination",
  OLD_BUCKET: "old",
  OLD_ENDPOINT: "https://old.example",
  OLD_ACCESS_KEY: "a",
  OLD_SECRET_KEY: "b",
  NEW_BUCKET: "new",
  NEW_ENDPOINT: "https://new.example",
  NEW_ACCESS_KEY: "c",
  NEW_SECRET_KEY: "d",
  KEYS_ACCESS_KEY: "e",
  KEYS_SECRET_KEY: "f",
  CUSTOMER_KEY: Buffer.alloc(32).toString("base64"),
  APP_URL: "postgres://app@db1/shop",
  COPY_URL: "postgres://app@db2/shop",
  SCRATCH_URL: "postgres://app@db3/scratch",
  REPLICA_PASSWORD: "g",
  WEBHOOK_TOKEN: "h",
};

test("there are examples", () => expect(PLANS.length).toBeGreaterThanOrEqual(5));

describe.each(PLANS)("%s", (name) => {
  test("is right, and all of it is executed but in everything.yaml", async () => {
    const loaded = await readPlanFile(join(ROOT, "plans", name), { env: ENV });
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.plan?.syncs.length).toBeGreaterThan(0);
    expect(loaded.unsupported.length > 0).toBe(name === "everything.yaml");
  });

  test("says to an editor which schema it has, and keeps to it before variables are put in", () => {
    const text = readFileSync(join(ROOT, "plans", name), "utf8");
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=../schemas/plan.schema.json");
    expect(schemaErrors(parse(text, { merge: true }))).toEqual([]);
  });
});

test("everything.yaml has every key of the schema", () => {
  const schema = JSON.parse(readFileSync(join(ROOT, "schemas/plan.schema.json"), "utf8")) as object;
  const used = new Set<string>();
  collectKeys(parse(readFileSync(join(ROOT, "plans/everything.yaml"), "utf8"), { merge: true }), used);
  const declared = new Set<string>();
  collectProperties(schema, declared);
  expect([...declared].filter((key) => !used.has(key)).toSorted()).toEqual([]);
});

test("docs/plan-file.md names every key of the schema", () => {
  const page = readFileSync(join(ROOT, "docs/plan-file.md"), "utf8");
  const declared = new Set<string>();
  collectProperties(JSON.parse(readFileSync(join(ROOT, "schemas/plan.schema.json"), "utf8")), declared);
  expect([...declared].filter((key) => !new RegExp("[`.\\s]" + key + "[`.,: }]").test(page))).toEqual([]);
});

function schemaErrors(value: unknown) {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, discriminator: true });
  const validate = ajv.compile(JSON.parse(readFileSync(join(ROOT, "schemas/plan.schema.json"), "utf8")) as object);
  return validate(value) ? [] : (validate.errors ?? []);
}

function collectKeys(value: unknown, keys: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectKeys(item, keys);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      keys.add(key);
      collectKeys(inner, keys);
    }
  }
}

function collectProperties(schema: unknown, keys: Set<string>): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties") for (const name of Object.keys(value as object)) keys.add(name);
    collectProperties(value, keys);
  }
}
