import { expect, test } from "vitest";
import { compareEntries, type CompareSettings } from "../../../src/objects/plan/decide.ts";
import type { ObjectEntry } from "../../../src/objects/store.ts";

const A = "a".repeat(32);
const B = "b".repeat(32);
const buckets: CompareSettings = { rules: ["size", "etag"], etags: true, uploadTimes: true };
const toBucket: CompareSettings = { rules: ["size", "etag"], etags: false, uploadTimes: true };
const folders: CompareSettings = { rules: ["size", "mtime"], etags: false, uploadTimes: false };

function entry(over: Partial<ObjectEntry> = {}): ObjectEntry {
  return { key: "k", size: 1, modified: "t1", modifiedMs: 1000, etag: A, storageClass: "", problem: undefined, ...over };
}

test("between buckets the ETag decides", () => {
  expect(compareEntries(entry(), entry(), undefined, buckets)).toEqual({ verdict: "equal", rule: "equal-etag" });
  expect(compareEntries(entry(), entry({ etag: B }), undefined, buckets)).toEqual({ verdict: "different", rule: "etag" });
  expect(compareEntries(entry({ size: 2 }), entry(), undefined, buckets)).toEqual({ verdict: "different", rule: "size" });
});

test("a multipart ETag that is not the same text tells nothing", () => {
  expect(compareEntries(entry({ etag: `${A}-2` }), entry({ etag: B }), undefined, buckets)).toEqual({ verdict: "unknown", rule: "etag" });
  expect(compareEntries(entry({ etag: `${A}-2` }), entry({ etag: `${A}-2` }), undefined, buckets)).toEqual({ verdict: "equal", rule: "equal-etag" });
});

test("what was recorded as a copy is one while neither side changed", () => {
  const source = entry({ etag: `${A}-2` });
  const destination = entry({ etag: `${B}-3`, modified: "t2" });
  const record = { key: "k", source: { etag: `${A}-2`, size: 1 }, destination: { etag: `${B}-3`, size: 1 } };
  expect(compareEntries(source, destination, record, buckets)).toEqual({ verdict: "equal", rule: "recorded" });
  expect(compareEntries(entry({ etag: `${B}-2` }), destination, record, buckets).verdict).toBe("unknown");
  expect(compareEntries(source, entry({ etag: `${A}-9` }), record, buckets).verdict).toBe("unknown");
});

test("a recorded copy with another ETag, as encryption gives it, is no difference", () => {
  const record = { key: "k", source: { etag: A, size: 1 }, destination: { etag: B, size: 1 } };
  expect(compareEntries(entry(), entry({ etag: B }), record, buckets)).toEqual({ verdict: "equal", rule: "recorded" });
});

test("a file against an object is known by the state alone, and a touched file is looked at again", () => {
  const file = entry({ etag: "", modified: "1.5" });
  const record = { key: "k", source: { size: 1, modified: "1.5" }, destination: { size: 1, etag: A } };
  expect(compareEntries(file, entry(), undefined, toBucket).verdict).toBe("unknown");
  expect(compareEntries(file, entry(), record, toBucket)).toEqual({ verdict: "equal", rule: "recorded" });
  expect(compareEntries({ ...file, modified: "1.6" }, entry(), record, toBucket).verdict).toBe("unknown");
});

test("between folders equal size and time are equal, and another time is looked into", () => {
  expect(compareEntries(entry({ etag: "" }), entry({ etag: "", modifiedMs: 1000.4 }), undefined, folders)).toEqual({ verdict: "equal", rule: "equal-mtime" });
  expect(compareEntries(entry({ etag: "" }), entry({ etag: "", modifiedMs: 5000 }), undefined, folders).verdict).toBe("unknown");
});

test("an upload's time is later than its content's: only a newer source differs", () => {
  const settings: CompareSettings = { rules: ["size", "mtime"], etags: false, uploadTimes: true };
  expect(compareEntries(entry({ modifiedMs: 5000 }), entry({ modifiedMs: 9000 }), undefined, settings)).toEqual({ verdict: "equal", rule: "equal-mtime" });
  expect(compareEntries(entry({ modifiedMs: 9000 }), entry({ modifiedMs: 5000 }), undefined, settings)).toEqual({ verdict: "different", rule: "newer" });
});
