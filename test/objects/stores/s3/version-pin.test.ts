import { describe, expect, test } from "vitest";
import { bareEtag, md5Etag, versionDifference } from "../../../../src/objects/stores/s3/version-pin.ts";

describe("a pinned version", () => {
  const pin = { size: 3, etag: "abc", modified: "2024-05-01T10:00:00.123Z" };

  test("is the same by the second where a header tells no more", () => {
    expect(versionDifference(pin, { size: 3, etag: "abc", modified: "2024-05-01T10:00:00.000Z" })).toBeUndefined();
    expect(versionDifference({ ...pin, modified: "2024-05-01T10:00:00Z" }, pin)).toBeUndefined();
  });

  test("differs by the millisecond where both sides tell it", () => {
    expect(versionDifference(pin, { ...pin, modified: "2024-05-01T10:00:00.124Z" })).toContain("written");
  });

  test("differs when only metadata was rewritten: the ETag stays, the time does not", () => {
    expect(versionDifference(pin, { ...pin, modified: "2024-05-01T10:00:01.000Z" })).toContain("written");
  });

  test.each([
    [{ ...pin, etag: "abd" }, "ETag"],
    [{ ...pin, size: 4 }, "4 bytes"],
    [{ ...pin, versionId: "v2" }, "version id"],
  ])("differs from %j", (seen, why) => {
    expect(versionDifference({ ...pin, versionId: "v1" }, seen)).toContain(why);
  });

  test("compares only what both sides know", () => {
    expect(versionDifference({ size: 3 }, pin)).toBeUndefined();
    expect(versionDifference(pin, { size: 3, etag: "" })).toBeUndefined();
  });
});

describe("an ETag", () => {
  const md5 = "81b4456742c05728644dc1b49460b981";

  test("loses its quotes and the mark of a weak one", () => {
    expect([bareEtag(`"${md5}"`), bareEtag(`W/"${md5}"`), bareEtag(md5), bareEtag(undefined)]).toEqual([md5, md5, md5, ""]);
  });

  test("is an MD5 only where neither parts nor a key of the user's say otherwise", () => {
    expect(md5Etag(md5, {})).toBe(md5);
    expect(md5Etag(md5, { "x-amz-server-side-encryption": "AES256" })).toBe(md5);
    expect(md5Etag(`${md5}-2`, {})).toBeUndefined();
    expect(md5Etag(md5, { "x-amz-server-side-encryption": "aws:kms" })).toBeUndefined();
    expect(md5Etag(md5, { "x-amz-server-side-encryption-customer-algorithm": "AES256" })).toBeUndefined();
  });
});
