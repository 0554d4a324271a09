import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ItemVersion } from "../../src/core/version.ts";
import type { ListRange, ObjectEntry, ReadStore, WriteStore } from "../../src/objects/store.ts";
import { bodyOf, bytesOf, patterned, writeOptions } from "../support/bodies.ts";
import { byBytes, ODD_KEYS } from "../support/odd-keys.ts";

/** A store over an empty place of its own. */
export interface StoreUnderTest {
  readonly store: WriteStore;
  /** The same place, opened for reading. */
  readonly reader: ReadStore;
  /** What a finished write must not leave: temporary files, unfinished uploads. */
  leftovers(): Promise<readonly string[]>;
  /** Leaves what a run does that is killed while it writes this key. @returns the intents it had recorded */
  killWhileWriting(key: string, run: string): Promise<Parameters<WriteStore["recover"]>[0]>;
  close(): Promise<void>;
}

/** What a kind of store cannot do; everything else is asked of each. */
export interface StoreTraits {
  /** Odd keys that it refuses whatever else it holds. */
  readonly refusedKeys?: readonly string[];
  /** Odd keys that it refuses beside an earlier one, in byte order. */
  readonly clashingKeys?: readonly string[];
  /** Odd keys that a server takes, and then lists under another name or not at all: nothing can be asked of it there. */
  readonly lostKeys?: readonly string[];
  /** Whether a key that ends in `/` is an object like any other, or a folder, which is not listed. */
  readonly markers: "objects" | "folders";
  /** Whether user metadata and content headers are kept. */
  readonly metadata: boolean;
  /** Whether of many that write where nothing was just one succeeds. */
  readonly racesDecided: boolean;
  /** A key that is too long for it. */
  readonly tooLong: string;
  /** Bytes from which content is written in parts or as a stream. */
  readonly large: number;
}

const signal = new AbortController().signal;

/**
 * What every store does alike, whatever it is made of.
 *
 * @param make is called once for each test
 */
export function storeConformance(name: string, traits: StoreTraits, make: () => Promise<StoreUnderTest>): void {
  const refused = new Set([...(traits.refusedKeys ?? []), ...(traits.clashingKeys ?? [])]);
  const isListed = (key: string) => !refused.has(key) && !traits.lostKeys?.includes(key) && (traits.markers === "objects" || !key.endsWith("/"));
  const contentOf = (key: string) => (key.endsWith("/") ? "" : `content of ${key}`);

  async function withStore(run: (place: StoreUnderTest) => Promise<void>): Promise<void> {
    const place = await make();
    try {
      await run(place);
    } finally {
      await place.close();
    }
  }

  describe(`${name}: listing`, () => {
    let place: StoreUnderTest;
    const held = ODD_KEYS.filter(isListed).toSorted(byBytes);

    beforeAll(async () => {
      place = await make();
      for (const key of held) await place.store.write(key, bodyOf(contentOf(key)), writeOptions());
    });
    afterAll(() => place.close());

    test("every key once, in the order of its bytes", async () => {
      const entries = await listed(place.reader);
      expect(entries.map(({ key }) => key)).toEqual(held);
      for (const { key, size, problem, modifiedMs } of entries) {
        expect(size, key).toBe(Buffer.byteLength(contentOf(key)));
        expect(problem, key).toBeUndefined();
        expect(Math.abs(Date.now() - modifiedMs), key).toBeLessThan(24 * 3_600_000);
      }
    });

    test("the part of it that a range asks for", async () => {
      const bounds = [undefined, "", "a", "a/", "a/b", "a0", "\u00e9", "\u{1f600}", "zzz"];
      const prefixes = ["", "a", "a/", "a/b", "e", "dot/", "nowhere", "same/", "\uff5e"];
      for (const prefix of prefixes) {
        for (const after of bounds) {
          for (const upTo of bounds) {
            const range: ListRange = { prefix, after, upTo };
            const wanted = held.filter(
              (key) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0) && (upTo === undefined || byBytes(key, upTo) <= 0),
            );
            expect(
              (await listed(place.reader, range)).map(({ key }) => key),
              JSON.stringify(range),
            ).toEqual(wanted);
          }
        }
      }
    });

    test("each key is read and looked at by its own name", async () => {
      for (const key of held) {
        expect((await bytesOf(await place.reader.read(key, { signal }))).toString(), key).toBe(contentOf(key));
        expect((await place.reader.head(key, signal))?.version.size, key).toBe(Buffer.byteLength(contentOf(key)));
      }
    });

    test("what is not there is not there", async () => {
      for (const key of ["a/nothing", "aa", "nowhere/at/all"]) {
        expect(await place.reader.head(key, signal), key).toBeUndefined();
        await expect(place.reader.read(key, { signal }), key).rejects.toMatchObject({ fate: "stale", code: "SOURCE_GONE" });
      }
    });

    test("a reader has no way to write", () => {
      for (const method of ["write", "delete", "copyFrom", "recover"]) expect(method in place.reader).toBe(false);
    });

    test("keys that it cannot hold are refused, and change nothing", async () => {
      for (const key of refused) {
        await expect(place.store.write(key, bodyOf("refused"), writeOptions()), key).rejects.toMatchObject({
          fate: expect.stringMatching(/refused|failed|stale/) as string,
        });
      }
      expect((await listed(place.reader)).map(({ key }) => key)).toEqual(held);
      expect(await place.leftovers()).toEqual([]);
    });
  });

  describe(`${name}: pages`, () => {
    test("more keys than fit one page come whole, and a listing may be left early", () =>
      withStore(async ({ store, reader }) => {
        const keys = Array.from({ length: 2100 }, (_, at) => `${at % 7}/${String(at).padStart(5, "0")}${at % 3 === 0 ? "/x" : ""}`);
        await inLanes(keys, (key) => store.write(key, bodyOf("x"), writeOptions()));
        const sorted = keys.toSorted(byBytes);
        expect((await listed(reader)).map(({ key }) => key)).toEqual(sorted);
        expect((await listed(reader, { prefix: "3/", after: sorted.find((key) => key.startsWith("3/")) })).length).toBe(299);
        for await (const page of reader.list({ prefix: "" }, signal)) {
          expect(page.map(({ key }) => key)).toEqual(sorted.slice(0, page.length));
          break;
        }
      }));

    test("an empty place lists nothing", () => withStore(async ({ reader }) => expect(await listed(reader)).toEqual([])));

    test("a listing that is aborted ends", () =>
      withStore(async ({ reader }) => {
        await expect(listed(reader, { prefix: "" }, AbortSignal.abort(new Error("stop")))).rejects.toThrow();
      }));
  });

  describe(`${name}: reading`, () => {
    const content = patterned(3 * 1024 * 1024 + 7);

    test("whole, as a stream, and by range", () =>
      withStore(async ({ store, reader }) => {
        await store.write("large", bodyOf(content), writeOptions());
        await store.write("small", bodyOf("0123456789"), writeOptions());
        const large = await reader.read("large", { signal });
        expect(large.content.kind).toBe("stream");
        expect(large.size).toBe(content.length);
        expect((await bytesOf(large)).equals(content)).toBe(true);
        const small = await reader.read("small", { signal });
        expect(small.content.kind).toBe("whole");

        for (const [start, end] of [
          [0, 0],
          [3, 5],
          [9, 9],
          [5, 9],
        ] as const) {
          const part = await reader.read("small", { range: { start, end }, signal });
          expect(part.size).toBe(end + 1 - start);
          expect(part.version.size).toBe(10);
          expect((await bytesOf(part)).toString()).toBe("0123456789".slice(start, end + 1));
        }
        const range = { start: 1_000_003, end: 2_999_999 };
        const middle = await reader.read("large", { range, signal });
        expect((await bytesOf(middle)).equals(content.subarray(range.start, range.end + 1))).toBe(true);
      }));

    test("a stream that is not wanted may be dropped", () =>
      withStore(async ({ store, reader }) => {
        await store.write("large", bodyOf(content), writeOptions());
        const { content: opened } = await reader.read("large", { signal });
        if (opened.kind !== "stream") throw new Error("not a stream");
        opened.stream.on("error", () => {});
        opened.stream.destroy();
        expect((await bytesOf(await reader.read("large", { signal }))).length).toBe(content.length);
      }));

    test("a pin holds what it names and nothing else", () =>
      withStore(async ({ store, reader }) => {
        await store.write("key", bodyOf("before"), writeOptions());
        const pin = await versionOf(reader, "key");
        expect((await bytesOf(await reader.read("key", { version: pin, signal }))).toString()).toBe("before");
        await store.write("key", bodyOf("after, longer"), writeOptions({ expect: { kind: "version", version: pin } }));
        await expect(reader.read("key", { version: pin, signal })).rejects.toMatchObject({ fate: "stale", code: "SOURCE_CHANGED" });
        await store.delete("key", await versionOf(reader, "key"), signal);
        await expect(reader.read("key", { version: pin, signal })).rejects.toMatchObject({ fate: "stale", code: "SOURCE_GONE" });
      }));
  });

  describe(`${name}: writing`, () => {
    test("nothing at all is content too", () =>
      withStore(async ({ store, reader }) => {
        for (const [key, body] of [
          ["whole", bodyOf("")],
          ["stream", bodyOf("", { pieces: 10 })],
        ] as const) {
          await store.write(key, body, writeOptions());
          const read = await reader.read(key, { signal });
          expect(read.size).toBe(0);
          expect((await bytesOf(read)).length).toBe(0);
        }
      }));

    test("a key of 1024 bytes, and one that is too long", () =>
      withStore(async ({ store, reader }) => {
        const key = Array.from({ length: 1024 }, (_, at) => (at % 201 === 200 ? "/" : "k")).join("");
        expect(store.refuses(key)).toBeUndefined();
        await store.write(key, bodyOf("x"), writeOptions());
        expect((await listed(reader)).map((entry) => entry.key)).toEqual([key]);
        expect(store.refuses(traits.tooLong)).toMatchObject({ code: "KEY_TOO_LONG" });
        await expect(store.write(traits.tooLong, bodyOf("x"), writeOptions())).rejects.toMatchObject({ name: "ItemError" });
      }));

    test("the version that a write gives is the one that is listed", () =>
      withStore(async ({ store, reader }) => {
        const { version } = await store.write("key", bodyOf("content"), writeOptions());
        await store.write("key", bodyOf("other content"), writeOptions({ expect: { kind: "version", version } }));
        expect((await bytesOf(await reader.read("key", { signal }))).toString()).toBe("other content");
      }));

    test("where nothing is expected, what is there is left alone", () =>
      withStore(async ({ store, reader, leftovers }) => {
        await store.write("key", bodyOf("first"), writeOptions());
        for (const body of [bodyOf("second"), bodyOf(patterned(2 * 1024 * 1024), { pieces: 65_536 })]) {
          await expect(store.write("key", body, writeOptions())).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
        }
        expect((await bytesOf(await reader.read("key", { signal }))).toString()).toBe("first");
        expect(await leftovers()).toEqual([]);
      }));

    test("where a version is expected, another one is left alone, and nothing is made where it is gone", () =>
      withStore(async ({ store, reader, leftovers }) => {
        await store.write("in/key", bodyOf("first"), writeOptions());
        const first = await versionOf(reader, "in/key");
        await store.write("in/key", bodyOf("second one"), writeOptions({ expect: { kind: "version", version: first } }));
        const stale = { fate: "stale", code: "DESTINATION_CHANGED" };
        await expect(store.write("in/key", bodyOf("third"), writeOptions({ expect: { kind: "version", version: first } }))).rejects.toMatchObject(stale);
        expect((await bytesOf(await reader.read("in/key", { signal }))).toString()).toBe("second one");
        await store.delete("in/key", await versionOf(reader, "in/key"), signal);
        await expect(store.write("in/key", bodyOf("third"), writeOptions({ expect: { kind: "version", version: first } }))).rejects.toMatchObject(stale);
        expect(await listed(reader)).toEqual([]);
        expect(await leftovers()).toEqual([]);
      }));

    test.runIf(traits.racesDecided)("of many that write where nothing was, one succeeds", () =>
      withStore(async ({ store, reader }) => {
        for (let round = 0; round < 5; round++) {
          const key = `race/${round}`;
          const results = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => store.write(key, bodyOf(`by ${at}`), writeOptions())));
          const won = results.flatMap(({ status }, at) => (status === "fulfilled" ? [at] : []));
          expect(won).toHaveLength(1);
          for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
          expect((await bytesOf(await reader.read(key, { signal }))).toString()).toBe(`by ${won[0]}`);
        }
      }),
    );

    test("a large object arrives as it was sent, however it is verified", () =>
      withStore(async ({ store, reader, leftovers }) => {
        const content = patterned(traits.large);
        const sent = createHash("sha256").update(content).digest("hex");
        for (const verify of ["none", "size", "etag", "checksum", "bytes"] as const) {
          const options = writeOptions({ verify });
          await store.write(`large/${verify}`, bodyOf(content, { pieces: 300_000 }), options);
          const digest = createHash("sha256");
          const read = await reader.read(`large/${verify}`, { signal });
          if (read.content.kind !== "stream") throw new Error("not a stream");
          for await (const chunk of read.content.stream) digest.update(chunk as Buffer);
          expect(digest.digest("hex"), verify).toBe(sent);
          expect(options.open.size).toBe(0);
        }
        expect(await leftovers()).toEqual([]);
      }));

    test("a source that fails in the middle leaves nothing", () =>
      withStore(async ({ store, reader, leftovers }) => {
        const error = new Error("the source broke off");
        for (const size of [2 * 1024 * 1024, traits.large]) {
          const options = writeOptions();
          const body = bodyOf(patterned(size), { pieces: 65_536, breaks: { after: size / 2, error } });
          await expect(store.write("broken", body, options)).rejects.toThrow();
          expect(await reader.head("broken", signal)).toBeUndefined();
          expect(await leftovers()).toEqual([]);
          expect(options.open.size).toBe(0);
        }
        expect(await listed(reader)).toEqual([]);
      }));

    test("a write that is aborted leaves nothing", () =>
      withStore(async ({ store, reader, leftovers }) => {
        const stopping = new AbortController();
        const body = bodyOf(patterned(traits.large), { pieces: 65_536 });
        const cut = {
          ...body,
          open: async (range: Parameters<typeof body.open>[0], by: AbortSignal) => {
            setImmediate(() => stopping.abort(new Error("stop")));
            return body.open(range, by);
          },
        };
        await expect(store.write("aborted", cut, writeOptions({ signal: stopping.signal }))).rejects.toMatchObject({ fate: "cancelled" });
        await expect(store.write("aborted", bodyOf("x"), writeOptions({ signal: stopping.signal }))).rejects.toMatchObject({ fate: "cancelled" });
        expect(await reader.head("aborted", signal)).toBeUndefined();
        expect(await leftovers()).toEqual([]);
      }));

    test("what the source says of itself goes with the content", () =>
      withStore(async ({ store, reader }) => {
        const properties = {
          metadata: { colour: "blue" },
          headers: { "content-type": "text/x-tide", "cache-control": "max-age=60" },
          mtime: "1714557600.123456789",
        };
        await store.write("key", bodyOf("content", { properties }), writeOptions());
        const head = await reader.head("key", signal);
        // Nanoseconds are more than every store keeps.
        expect(Number(head?.properties.mtime)).toBeCloseTo(1714557600.123456, 5);
        if (!traits.metadata) return;
        expect(head?.properties.metadata).toMatchObject(properties.metadata);
        expect(head?.properties.headers).toMatchObject(properties.headers);
      }));
  });

  describe(`${name}: deleting`, () => {
    test("that version, and no other", () =>
      withStore(async ({ store, reader }) => {
        await store.write("a/b/c", bodyOf("first"), writeOptions());
        const first = await versionOf(reader, "a/b/c");
        await store.write("a/b/c", bodyOf("second one"), writeOptions({ expect: { kind: "version", version: first } }));
        await expect(store.delete("a/b/c", first, signal)).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
        const second = await versionOf(reader, "a/b/c");
        await store.delete("a/b/c", second, signal);
        expect(await listed(reader)).toEqual([]);
        // What is gone already needs no deleting.
        await store.delete("a/b/c", second, signal);
      }));

    test("what stands beside it stays", () =>
      withStore(async ({ store, reader }) => {
        const keys = ["x/1", "x/1-", "x/10", "x/y/1"];
        for (const key of keys) await store.write(key, bodyOf(key), writeOptions());
        await store.delete("x/1", await versionOf(reader, "x/1"), signal);
        expect((await listed(reader)).map(({ key }) => key)).toEqual(["x/1-", "x/10", "x/y/1"]);
      }));
  });

  describe(`${name}: before and after`, () => {
    test("checks pass and leave nothing", () =>
      withStore(async ({ store, reader, leftovers }) => {
        for (const access of ["read", "write"] as const) {
          const checks = await Array.fromAsync(store.check(access, signal));
          expect(checks.length).toBeGreaterThan(0);
          expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
        }
        expect(await listed(reader)).toEqual([]);
        expect(await leftovers()).toEqual([]);
      }));

    test("conditions are told, and leave nothing", () =>
      withStore(async ({ store, reader, leftovers }) => {
        expect((await store.conditions(signal)).putIfAbsent).toBe(traits.racesDecided);
        expect(await listed(reader)).toEqual([]);
        expect(await leftovers()).toEqual([]);
      }));

    test("what killed runs left is removed, and what others are writing is not", () =>
      withStore(async ({ store, reader, leftovers, killWhileWriting }) => {
        await store.write("whole", bodyOf("content"), writeOptions());
        const intents = [...(await killWhileWriting("half", "dead-1")), ...(await killWhileWriting("in/half", "dead-2"))].map((intent, at) => ({
          ...intent,
          id: at + 1,
        }));
        const unknown = { id: 99, kind: "of another kind", key: "half", detail: "", at: 0 };
        await killWhileWriting("others", "alive");
        const before = (await leftovers()).length;
        expect(before).toBeGreaterThanOrEqual(3);
        expect((await store.recover([...intents, unknown], ["dead-1", "dead-2"], signal)).toSorted((a, b) => a - b)).toEqual(intents.map(({ id }) => id));
        expect(await leftovers()).toHaveLength(before - 2);
        expect((await listed(reader)).map(({ key }) => key)).toEqual(["whole"]);
      }));

    test("there is nothing to recover after an orderly run", () =>
      withStore(async ({ store }) => {
        await store.write("key", bodyOf("content"), writeOptions());
        expect(await store.recover([], ["gone-run"], signal)).toEqual([]);
        expect((await store.head("key", signal))?.version.size).toBe(7);
      }));
  });
}

export async function listed(store: ReadStore, range: ListRange = { prefix: "" }, by = signal): Promise<ObjectEntry[]> {
  const entries: ObjectEntry[] = [];
  for await (const page of store.list(range, by)) entries.push(...page);
  return entries;
}

/** As a plan would pin it: what the listing shows. */
export async function versionOf(store: ReadStore, key: string): Promise<ItemVersion> {
  const entry = (await listed(store, { prefix: key, upTo: key }))[0];
  if (entry?.key !== key) throw new Error(`${key} is not listed`);
  return { size: entry.size, modified: entry.modified, etag: entry.etag === "" ? undefined : entry.etag };
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
