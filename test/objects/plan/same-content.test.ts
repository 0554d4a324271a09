import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { haveSameContent } from "../../../src/objects/plan/same-content.ts";
import type { ObjectEntry, ReadStore } from "../../../src/objects/store.ts";

const signal = new AbortController().signal;
const md5 = (text: string) => createHash("md5").update(text).digest("hex");
/** As of an object under a key of the user's: it looks like an MD5. */
const encrypted = "0123456789abcdef0123456789abcdef";

/** A store with one object, whose ETag may be anything. */
function side(content: string, etag: string) {
  const entry: ObjectEntry = { key: "a", size: content.length, modified: "", modifiedMs: 0, etag, storageClass: "", problem: undefined };
  const head = { version: { size: content.length, etag }, modifiedMs: 0 };
  const properties = { metadata: {}, headers: {}, mtime: undefined, storageClass: undefined, tags: {}, tagCount: 0 };
  let reads = 0;
  const store: ReadStore = {
    display: "side",
    resolved: "side",
    kind: "s3",
    listsEtags: true,
    async *list() {},
    head: () => Promise.resolve({ ...head, properties }),
    read() {
      reads += 1;
      return Promise.resolve({ ...head, properties, size: content.length, content: { kind: "whole", bytes: Buffer.from(content), md5: undefined } });
    },
    refuses: () => undefined,
    close: () => Promise.resolve(),
  };
  return { entry, store, reads: () => reads };
}

test.each([
  ["an ETag that is an MD5 on both sides", "same", md5("same"), "same", md5("same"), true, 0],
  ["an encrypted source", "same", encrypted, "same", md5("same"), true, 1],
  ["an encrypted destination", "same", md5("same"), "same", encrypted, true, 2],
  ["an encrypted source of other content", "same", encrypted, "damn", md5("damn"), false, 2],
  ["parts on both sides", "same", `${encrypted}-2`, "same", `${encrypted}-2`, true, 0],
])("%s", async (_what, left, leftEtag, right, rightEtag, same, reads) => {
  const [a, b] = [side(left, leftEtag), side(right, rightEtag)];
  const options = { source: a.store, destination: b.store, signal, download: false, countRequest: () => {} };
  expect(await haveSameContent(a.entry, b.entry, options)).toBe(same);
  expect(a.reads() + b.reads()).toBe(reads);
});
