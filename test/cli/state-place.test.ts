import { resolve } from "node:path";
import { expect, test } from "vitest";
import { placeName, statePlace } from "../../src/cli/state-place.ts";
import type { Location, SyncPlan } from "../../src/core/sync-plan.ts";
import { directoryLocation, postgresLocation, s3Location, syncPlan } from "../support/sync-plans.ts";

const ENDPOINT = { endpoint: "http://127.0.0.1:1", region: "r", accessKeyId: "a", secretAccessKey: "s" };
const bucket = s3Location(ENDPOINT, "bucket");
const base = postgresLocation("base");
const plan: SyncPlan = {
  ...syncPlan("/plans/plan.yaml"),
  state: { kind: "location", location: "bucket", prefix: undefined, schema: undefined },
  locations: new Map<string, Location>([
    ["bucket", bucket],
    ["base", base],
    ["here", { ...directoryLocation("/here"), name: "here" }],
  ]),
};

test.each([
  [undefined, "location:bucket/tidemark/"],
  ["location:bucket", "location:bucket/tidemark/"],
  ["location:bucket/", "location:bucket/"],
  ["location:bucket/a/b", "location:bucket/a/b/"],
  ["location:base", "location:base/tidemark"],
  ["location:base/odd schema", "location:base/odd schema"],
  ["folder", resolve("folder")],
])("what is said as %s is called %s, by which it is found again", (said, name) => {
  const place = statePlace(plan, said);
  expect(placeName(plan, place)).toBe(name);
  expect(statePlace(plan, name)).toEqual(place);
});

test("each plan has a place of its own beneath a prefix", () => {
  expect(statePlace(plan, undefined)).toEqual({ kind: "s3", location: bucket, prefix: "tidemark/test-plan/" });
  expect(statePlace(plan, "location:base")).toEqual({ kind: "postgres", location: base, schema: "tidemark" });
});

test.each(["location:here", "location:none", "location:"])("%s is no place for a state", (said) => {
  expect(() => statePlace(plan, said)).toThrow(expect.objectContaining({ code: "STATE_PLACE_UNKNOWN", hint: expect.stringContaining("location:bucket") }));
});
