import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { S3Failure } from "../../../../src/objects/stores/s3/failure.ts";
import { firstDisorder, fitsXml, scanPage } from "../../../../src/objects/stores/s3/list-scanner.ts";
import { encodeValue } from "../../../../src/objects/stores/s3/addressing.ts";
import { escapeXml } from "../../../../src/objects/stores/s3/xml.ts";

interface Entry {
  readonly key: string;
  readonly size: number;
}

function entryXml(key: string, size: number): string {
  return `<Contents><Key>${key}</Key><LastModified>2024-05-01T10:00:00.123Z</LastModified><ETag>&quot;81b4456742c05728644dc1b49460b981&quot;</ETag><Size>${size}</Size><StorageClass>STANDARD_IA</StorageClass></Contents>`;
}

function page(entries: string, options: { readonly count: number; readonly encoding?: string; readonly more?: string }): string {
  const more = options.more ?? "<IsTruncated>false</IsTruncated>";
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><KeyCount>${options.count}</KeyCount>${options.encoding ?? "<EncodingType>url</EncodingType>"}${more}${entries}</ListBucketResult>`;
}

const keys = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter((key) => key.isWellFormed());
const entries = fc.array(fc.record<Entry>({ key: keys, size: fc.nat() }), { maxLength: 20 });

describe("a page of a listing", () => {
  test("gives back any keys that were url encoded", () => {
    fc.assert(
      fc.property(entries, fc.boolean(), (given, plus) => {
        const encode = (key: string): string => (plus ? encodeValue(key).replaceAll("%20", "+") : encodeValue(key));
        const xml = page(given.map(({ key, size }) => entryXml(encode(key), size)).join(""), { count: given.length });
        expect(scanPage(xml).entries.map(({ key, size }) => ({ key, size }))).toEqual(given);
      }),
    );
  });

  test("gives back keys that were escaped as XML by a server that does not encode", () => {
    fc.assert(
      fc.property(entries, (given) => {
        const xml = page(given.map(({ key, size }) => entryXml(escapeXml(key), size)).join(""), { count: given.length, encoding: "" });
        expect(scanPage(xml).entries.map(({ key }) => key)).toEqual(given.map(({ key }) => key));
      }),
    );
  });

  test("tells of keys that a server which does not encode could only misspell", () => {
    const xml = (encoding: string, key: string) => page(entryXml("plain", 1) + entryXml(key, 1), { count: 2, encoding });
    const raw = scanPage(xml("", "ctl\ufffdx"));
    expect(raw.raw).toBe(true);
    expect(raw.entries.map(({ problem }) => problem?.code)).toEqual([undefined, "KEY_MISSPELT"]);
    const encoded = scanPage(xml("<EncodingType>url</EncodingType>", encodeValue("ctl\ufffdx")));
    expect(encoded.raw).toBe(false);
    expect(encoded.entries.map(({ problem }) => problem)).toEqual([undefined, undefined]);
  });

  test("cannot hold, unless it is url encoded, what XML cannot", () => {
    for (const key of ["ctl\u0001x", "esc\u001b", "\uffff", "nul\0"]) expect(fitsXml(key)).toBe(false);
    for (const key of ["plain", "tab\t", "line\n", "\u007f", "\ufffd", "\u{1f600}", "é"]) expect(fitsXml(key)).toBe(true);
  });

  test("is read whatever else an entry holds, and in any order", () => {
    const xml = page(
      `<Contents><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><Owner><DisplayName>Key</DisplayName><ID>1</ID></Owner><Size>7</Size><ETag>"abc-2"</ETag><RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus><StorageClass/><LastModified>2024-05-01T10:00:00Z</LastModified><Key>a%2Fb</Key></Contents>`,
      { count: 1 },
    );
    expect(scanPage(xml).entries).toEqual([
      {
        key: "a/b",
        size: 7,
        modified: "2024-05-01T10:00:00Z",
        modifiedMs: Date.UTC(2024, 4, 1, 10),
        etag: "abc-2",
        storageClass: "STANDARD",
        problem: undefined,
      },
    ]);
  });

  test("tells the time to the millisecond, as it was written", () => {
    const [entry] = scanPage(page(entryXml("a", 1), { count: 1 })).entries;
    expect(entry).toMatchObject({
      modified: "2024-05-01T10:00:00.123Z",
      modifiedMs: Date.UTC(2024, 4, 1, 10, 0, 0, 123),
      etag: "81b4456742c05728644dc1b49460b981",
      storageClass: "STANDARD_IA",
    });
  });

  test("tells where the next one begins, whatever the keys look like", () => {
    const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>";
    const tricky = entryXml("%3CIsTruncated%3Efalse", 1);
    expect(scanPage(page(tricky, { count: 1, more })).next).toBe("a&b");
    expect(scanPage(page(tricky, { count: 1 })).next).toBeUndefined();
  });

  test.each([
    ["cut off anywhere", page(entryXml("a", 1), { count: 1 }).slice(0, -30)],
    ["with another number of keys than it says", page(entryXml("a", 1), { count: 2 })],
    ["that does not say whether there is more", page("", { count: 0, more: "" })],
    ["that says there is more and not where", page("", { count: 0, more: "<IsTruncated>true</IsTruncated>" })],
    ["with an entry without a size", page("<Contents><Key>a</Key><LastModified>2024-05-01T10:00:00Z</LastModified></Contents>", { count: 1 })],
    ["with an entry without a time", page("<Contents><Key>a</Key><Size>1</Size></Contents>", { count: 1 })],
    ["with a key that is no UTF-8", page(entryXml("%FF", 1), { count: 1 })],
  ])("%s does not count", (_name, xml) => {
    expect(() => scanPage(xml)).toThrow(S3Failure);
  });

  test("cut off at any place does not count", () => {
    const whole = page(entryXml("a", 1) + entryXml("b", 2), { count: 2 });
    for (let length = 0; length < whole.length; length++) expect(() => scanPage(whole.slice(0, length))).toThrow(S3Failure);
  });
});

describe("the first disorder", () => {
  const at = (key: string): ReturnType<typeof scanPage>["entries"][number] => ({
    key,
    size: 0,
    modified: "",
    modifiedMs: 0,
    etag: "",
    storageClass: "",
    problem: undefined,
  });

  test("is found within a page, between pages, and in a repeat", () => {
    expect(firstDisorder([at("a"), at("c"), at("b")], undefined)).toEqual(["c", "b"]);
    expect(firstDisorder([at("a")], "b")).toEqual(["b", "a"]);
    expect(firstDisorder([at("a"), at("a")], undefined)).toEqual(["a", "a"]);
  });

  test("is none in UTF-8 byte order, where JavaScript's order differs", () => {
    expect(firstDisorder([at("é"), at("\uff5e"), at("\u{1f600}")], "a")).toBeUndefined();
  });
});
