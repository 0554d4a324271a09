import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeHeaderText, encodeMetadataValue } from "../../../../src/objects/stores/s3/header-text.ts";
import { headOf, markHeaders, propertyHeaders, storageClassName } from "../../../../src/objects/stores/s3/properties.ts";

const properties = { metadata: {}, headers: {}, mtime: undefined, storageClass: undefined, tags: undefined, tagCount: 0 };

describe("text in metadata", () => {
  test("comes back as it was, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        fc.pre(value.isWellFormed() && !value.includes("=?"));
        expect(decodeHeaderText(encodeMetadataValue(value))).toBe(value);
      }),
    );
  });

  test("travels as ASCII", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => /^[\t\u0020-\u007e]*$/.test(encodeMetadataValue(value.toWellFormed()))));
  });

  test("is understood as S3 writes it, and as servers do that keep bytes", () => {
    expect(decodeHeaderText("=?UTF-8?B?w6k=?=")).toBe("é");
    expect(decodeHeaderText("=?utf-8?Q?caf=C3=A9_1?=")).toBe("café 1");
    expect(decodeHeaderText("=?UTF-8?B?w6k=?= =?UTF-8?B?w6k=?=")).toBe("éé");
    expect(decodeHeaderText(Buffer.from("é", "utf8").toString("latin1"))).toBe("é");
    expect(decodeHeaderText("\u00e9")).toBe("\u00e9");
  });

  test("that only looks like an encoded word stays as it is", () => {
    expect(decodeHeaderText("=?UTF-8?Q?abc?=")).toBe("=?UTF-8?Q?abc?=");
    expect(decodeHeaderText("a =? b")).toBe("a =? b");
  });
});

describe("an object's properties", () => {
  test("are read from a response", () => {
    const head = headOf(
      {
        "last-modified": "Wed, 01 May 2024 10:00:00 GMT",
        etag: '"abc"',
        "x-amz-version-id": "v1",
        "content-type": "text/plain",
        "content-encoding": "aws-chunked,gzip",
        "x-amz-meta-a": "1",
        "x-amz-meta-mtime": "1714557600.123456789",
        "x-amz-tagging-count": "2",
        "x-amz-storage-class": "GLACIER",
      },
      5,
    );
    expect(head).toEqual({
      version: { size: 5, etag: "abc", modified: "2024-05-01T10:00:00.000Z", versionId: "v1" },
      modifiedMs: Date.UTC(2024, 4, 1, 10),
      properties: {
        metadata: { a: "1" },
        headers: { "content-type": "text/plain", "content-encoding": "gzip" },
        mtime: "1714557600.123456789",
        storageClass: "GLACIER",
        tags: undefined,
        tagCount: 2,
      },
    });
  });

  test("pin no version id where the bucket kept none", () => {
    expect(headOf({ "x-amz-version-id": "null" }, 0).version.versionId).toBeUndefined();
  });

  test("keep a time that is none as plain metadata", () => {
    expect(headOf({ "x-amz-meta-mtime": "yesterday" }, 0).properties).toMatchObject({ mtime: undefined, metadata: { mtime: "yesterday" } });
  });

  test("become headers, without the marks of another write", () => {
    const headers = propertyHeaders({
      ...properties,
      metadata: { A: "x", "tidemark-source-etag": "old", "tidemark-part-size": "1" },
      headers: { "cache-control": "no-store", "x-unknown": "1" },
      mtime: "12.5",
      storageClass: "archive",
      tags: { "a b": "c&d" },
    });
    expect(headers).toEqual({
      "x-amz-meta-a": "x",
      "cache-control": "no-store",
      "x-amz-meta-mtime": "12.5",
      "x-amz-storage-class": "GLACIER",
      "x-amz-tagging": "a%20b=c%26d",
    });
    expect(markHeaders("abc", 5)).toEqual({ "x-amz-meta-tidemark-source-etag": "abc", "x-amz-meta-tidemark-part-size": "5" });
  });

  test.each([
    ["standard", undefined],
    [undefined, undefined],
    ["preserve", undefined],
    ["infrequent-access", "STANDARD_IA"],
    ["archive", "GLACIER"],
    ["reduced-redundancy", "REDUCED_REDUNDANCY"],
    ["deep_archive", "DEEP_ARCHIVE"],
  ])("name storage class %s as %s", (name, header) => {
    expect(storageClassName(name)).toBe(header);
  });
});
