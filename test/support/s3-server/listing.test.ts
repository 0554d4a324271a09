import { ListObjectsCommand, ListObjectsV2Command, type ListObjectsV2CommandInput } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byBytes, ODD_KEYS } from "../odd-keys.ts";
import { errorCode, raw, sdkClient } from "./clients.ts";
import { startS3Server, type S3Server } from "./index.ts";
import { nameOf, readPage } from "./listing.ts";
import { SortedKeys } from "./sorted-keys.ts";

// Few characters, so that keys share prefixes; some that sort apart in UTF-16 and in UTF-8.
const keyText = fc.array(fc.constantFrom("a", "b", "/", "-", "\uff5e", "\u{1f600}"), { maxLength: 6 }).map((units) => units.join(""));

describe("sorted keys", () => {
  test("are those of a set, in byte order, after any additions and removals", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom("add", "remove", "read"), keyText)), (steps) => {
        const model = new Set<string>();
        const sorted = new SortedKeys((key) => model.has(key));
        for (const [step, key] of steps) {
          if (step === "add" && !model.has(key)) {
            model.add(key);
            sorted.add(key);
          } else if (step === "remove" && model.delete(key)) sorted.remove();
          else if (step === "read") expect(sorted.read()).toEqual([...model].sort(byBytes));
        }
        expect(sorted.read()).toEqual([...model].sort(byBytes));
      }),
    );
  });
});

/** What S3 documents of a listing, one key at a time. */
function referenceNames(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const names = new Set<string>();
  for (const key of keys.toSorted(byBytes)) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    names.add(cut === -1 ? key : key.slice(0, cut + delimiter.length));
  }
  return [...names];
}

test("pages of any size hold each key or common prefix once, in order", () => {
  const keysOf = fc.uniqueArray(keyText.filter((key) => key !== ""));
  fc.assert(
    fc.property(keysOf, keyText, fc.constantFrom("", "/", "-a"), fc.integer({ min: 1, max: 4 }), (keys, prefix, delimiter, limit) => {
      const sorted = keys.toSorted(byBytes);
      const names: string[] = [];
      for (;;) {
        const page = readPage(sorted, { prefix, delimiter, after: names.at(-1) ?? "", limit }, () => true);
        names.push(...page.items.map(nameOf));
        if (!page.isTruncated) break;
        expect(page.items).toHaveLength(limit);
      }
      expect(names).toEqual(referenceNames(keys, prefix, delimiter));
    }),
  );
});

describe("a listing over HTTP", () => {
  let server: S3Server;
  let client: ReturnType<typeof sdkClient>;

  beforeAll(async () => {
    server = await startS3Server({ buckets: ["odd", "many", "hidden"], versioning: ["hidden"] });
    client = sdkClient(server);
    for (const key of ODD_KEYS) server.put("odd", key, key);
    for (let i = 0; i < 2500; i++) server.put("many", `k${String(i).padStart(4, "0")}`, "");
  });

  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  async function pages(input: Partial<ListObjectsV2CommandInput> & { readonly Bucket: string }) {
    const found = [];
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ ...input, ContinuationToken: token }));
      found.push(page);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  test("has the odd keys in byte order, whole or in pages of one", async () => {
    const inOrder = ODD_KEYS.toSorted(byBytes);
    for (const MaxKeys of [1, 3, 1000]) {
      const found = await pages({ Bucket: "odd", MaxKeys, EncodingType: "url" });
      expect(found.flatMap(({ Contents = [] }) => Contents.map(({ Key = "" }) => decodeURIComponent(Key.replaceAll("+", " "))))).toEqual(inOrder);
    }
  });

  test("escapes what XML cannot say, and encodes as S3 does where it is asked to", async () => {
    const plain = await raw(server, { path: "/odd?list-type=2" });
    for (const key of ["<Key>amp&amp;&lt;&gt;&quot;&apos;</Key>", "<Key>ctl&#x1;x</Key>", "<Key>a+b</Key>", "<Key>%41</Key>"])
      expect(plain.text).toContain(key);
    const encoded = await raw(server, { path: "/odd?list-type=2&encoding-type=url" });
    for (const key of ["<Key>a+b</Key>", "<Key>a%2Bb</Key>", "<Key>%2541</Key>", "<Key>a/b/c</Key>", "<Key>ctl%01x</Key>"]) expect(encoded.text).toContain(key);
  });

  test("tells of each object what it is", async () => {
    const [entry] = (await client.send(new ListObjectsV2Command({ Bucket: "odd", Prefix: "a/b/", FetchOwner: true }))).Contents ?? [];
    const held = server.object("odd", "a/b/c");
    expect(entry).toMatchObject({
      Key: "a/b/c",
      Size: 5,
      ETag: `"${held?.etag}"`,
      LastModified: held?.lastModified,
      StorageClass: "STANDARD",
      Owner: { ID: expect.any(String) },
    });
  });

  test("has folders, and starts after a key", async () => {
    const [page] = await pages({ Bucket: "odd", Delimiter: "/", Prefix: "a" });
    expect(page?.CommonPrefixes).toEqual([{ Prefix: "a/" }]);
    expect(page?.Contents?.map(({ Key }) => Key)).toEqual(["a", "a b", "a+b", "a-", "a.", "a0", "amp&<>\"'"]);
    const [after] = await pages({ Bucket: "many", StartAfter: "k2497" });
    expect(after?.Contents?.map(({ Key }) => Key)).toEqual(["k2498", "k2499"]);
  });

  test("has a thousand keys a page and no more", async () => {
    const found = await pages({ Bucket: "many", MaxKeys: 5000 });
    expect(found.map(({ KeyCount, MaxKeys, IsTruncated }) => [KeyCount, MaxKeys, IsTruncated])).toEqual([
      [1000, 1000, true],
      [1000, 1000, true],
      [500, 1000, false],
    ]);
    expect(found.flatMap(({ Contents = [] }) => Contents.map(({ Key }) => Key))).toEqual(server.keys("many"));
  });

  test("of the first version goes on by markers", async () => {
    const first = await client.send(new ListObjectsCommand({ Bucket: "odd", Delimiter: "/", MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, CommonPrefixes: [{ Prefix: "/" }], Contents: [{ Key: "%41" }], NextMarker: "/" });
    const next = await client.send(new ListObjectsCommand({ Bucket: "odd", Delimiter: "/", MaxKeys: 2, Marker: first.NextMarker }));
    expect(next.Contents?.map(({ Key }) => Key)).toEqual(["A", "a"]);
  });

  test("leaves out what is under a delete marker", async () => {
    for (const key of ["f/hidden", "g/shown", "hidden", "shown"]) server.put("hidden", key, "x");
    for (const key of ["f/hidden", "hidden"]) server.remove("hidden", key);
    const [page] = await pages({ Bucket: "hidden", Delimiter: "/" });
    expect([page?.CommonPrefixes, page?.Contents?.map(({ Key }) => Key)]).toEqual([[{ Prefix: "g/" }], ["shown"]]);
  });

  test.each(["max-keys=x", "max-keys=-1", "encoding-type=base64", "continuation-token=x"])("refuses %s", async (query) => {
    const response = await raw(server, { path: `/many?list-type=2&${query}` });
    expect([response.status, errorCode(response)]).toEqual([400, "InvalidArgument"]);
  });
});
