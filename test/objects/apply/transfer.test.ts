import { mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NumberedAction } from "../../../src/changeset/action.ts";
import type { ObjectLocation, ObjectSync } from "../../../src/core/sync-plan.ts";
import type { ItemVersion } from "../../../src/core/version.ts";
import { carryOf } from "../../../src/objects/apply/carry.ts";
import { transfer } from "../../../src/objects/apply/transfer.ts";
import type { ReadStore, WriteStore } from "../../../src/objects/store.ts";
import { openReadStore, openWriteStore } from "../../../src/objects/stores/open-store.ts";
import { directoryLocation, objectSync } from "../../support/sync-plans.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temp.ts";
import { BUCKET, Bench, freeSlots, IntentList, never } from "../stores/s3/support.ts";

let folder: TemporaryFolder;
let bench: Bench;
const opened: (ReadStore | WriteStore)[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.join("from"));
  await mkdir(folder.join("to"));
  bench = await Bench.start();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await bench[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const store = { emit: () => {}, ownPaths: [] };

/** Does one action between two locations, as a run would. */
async function doing(from: ObjectLocation, to: ObjectLocation, over: Partial<ObjectSync> = {}, ownPaths: readonly string[] = []) {
  const sync = objectSync(from, to, over);
  const source = await openReadStore(sync.from, store);
  const destination = await openWriteStore(sync.to, { ...store, ownPaths, run: "run" });
  opened.push(source, destination);
  const context = {
    run: "run",
    items: 1,
    stamp: undefined,
    sync: "all",
    signal: never,
    abort: never,
    emit: () => {},
    slots: freeSlots,
    budget: { take: () => Promise.resolve() },
    intents: new IntentList(),
    actions: () => [],
  };
  return {
    source,
    destination,
    run: (action: Partial<NumberedAction>) =>
      transfer(
        { seq: 1, sync: "all", action: "copy", key: "a", reason: "absent", bytes: 4, source: undefined, destination: undefined, detail: undefined, ...action },
        undefined,
        { sync, source, destination, context, carry: carryOf(sync) },
      ),
  };
}

async function write(path: string, content: string, seconds: number): Promise<void> {
  await mkdir(dirname(folder.join(path)), { recursive: true });
  await writeFile(folder.join(path), content);
  await utimes(folder.join(path), seconds, seconds);
}

async function versionOf(store: ReadStore, key = "a"): Promise<ItemVersion> {
  const version = (await store.head(key, never))?.version;
  if (!version) throw new Error(`there is no ${key}`);
  return version;
}

const from = () => directoryLocation(folder.join("from"));
const other = () => bench.location({ bucket: "other", name: "other" });
const at = (second: number) => new Date(Date.UTC(2024, 4, 1, 10, 0, second));

describe("a destination that is not what was reviewed", () => {
  test("holds the reviewed content: a run that died before its record left it, and it is applied", async () => {
    await write("from/a", "one!", 1000);
    const { source, run } = await doing(from(), bench.location());
    bench.server.put(BUCKET, "a", "one!", { metadata: { mtime: "1000.000000000" } });
    expect(await run({ source: await versionOf(source) })).toMatchObject({ size: 4, etag: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  test("holds the same content under an ETag of another kind: applied as well", async () => {
    const { source, destination, run } = await doing(bench.location(), other());
    const reviewed = { ...(await put("a", "one!")), etag: undefined };
    bench.server.put("other", "a", "one!");
    expect(destination.canCopyFrom(source)).toBe(true);
    expect(await run({ source: reviewed })).toMatchObject({ size: 4 });
  });

  test("holds what the source became since: that was reviewed by nobody, and is stale", async () => {
    await write("from/a", "one!", 1000);
    const { source, destination, run } = await doing(from(), bench.location());
    bench.server.put(BUCKET, "a", "old!", { lastModified: at(0) });
    const reviewed = { action: "overwrite", source: await versionOf(source), destination: await versionOf(destination) } as const;
    await write("from/a", "two!", 2000);
    bench.server.put(BUCKET, "a", "two!", { lastModified: at(5), metadata: { mtime: "2000.000000000" } });
    await expect(run(reviewed)).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
  });

  test("has the size and the time of the source and other bytes: the very damage that was to be mended is not called applied", async () => {
    await write("from/a", "one!", 1000);
    const { source, destination, run } = await doing(from(), bench.location());
    bench.server.put(BUCKET, "a", "0ne!", { lastModified: at(0), metadata: { mtime: "1000.000000000" } });
    const reviewed = { action: "overwrite", source: await versionOf(source), destination: await versionOf(destination) } as const;
    bench.server.put(BUCKET, "a", "0ne!", { lastModified: at(5), metadata: { mtime: "1000.000000000", reviewed: "no" } });
    await expect(run(reviewed)).rejects.toMatchObject({ fate: "stale", code: "DESTINATION_CHANGED" });
  });

  async function put(key: string, content: string): Promise<ItemVersion> {
    bench.server.put(BUCKET, key, content);
    const reader = await openReadStore({ location: bench.location(), prefix: "" }, store);
    opened.push(reader);
    return versionOf(reader, key);
  }
});

describe("tags that the plan sets beside those of the source", () => {
  const set = { storageClass: undefined, metadata: { owner: "us" }, tags: { kept: "no", added: "yes" }, headers: {} };

  test.each([
    ["by the server's own copy", () => bench.location(), other],
    ["by way of this program", () => bench.location(), () => ({ ...other(), endpoint: bench.server.endpoint.replace("127.0.0.1", "localhost") })],
  ])("are there after a copy %s", async (_how, at, to) => {
    const { source, destination, run } = await doing(at(), to(), { set });
    bench.server.put(BUCKET, "a", "one!", { tags: { kept: "yes", mine: "1" } });
    await run({ source: await versionOf(source) });
    expect(await destination.readTags?.("a", await versionOf(destination))).toEqual({ kept: "no", mine: "1", added: "yes" });
  });
});

describe("a key that no plan of ours could hold, from a changeset that somebody made", () => {
  test.each(["../outside", "x/../../outside", "x//y", ".tidemark-tmp/x"])("%j is refused, whatever is to be done with it", async (key) => {
    await write("from/a", "one!", 1000);
    await write("outside", "one!", 1000);
    const { source, run } = await doing(from(), directoryLocation(folder.join("to")));
    const version = await versionOf(source);
    await expect(run({ key, source: version })).rejects.toMatchObject({ fate: "refused" });
    await expect(run({ key, action: "overwrite", source: version, destination: version })).rejects.toMatchObject({ fate: "refused" });
    await expect(run({ key, action: "delete", destination: version })).rejects.toMatchObject({ fate: "refused" });
    expect(await readFile(folder.join("outside"), "utf8")).toBe("one!");
  });

  test("our own files beneath the destination are not deleted either", async () => {
    await write("to/.tidemark/plan.state.sqlite", "one!", 1000);
    const { destination, run } = await doing(from(), directoryLocation(folder.join("to")), {}, [folder.join("to/.tidemark")]);
    const key = ".tidemark/plan.state.sqlite";
    await expect(run({ key, action: "delete", destination: await versionOf(destination, key) })).rejects.toMatchObject({ code: "KEY_RESERVED" });
    expect(await readFile(folder.join("to/.tidemark/plan.state.sqlite"), "utf8")).toBe("one!");
  });

  test("nothing is written or deleted through a link that took the place of a folder", async () => {
    await write("from/x/a", "one!", 1000);
    await write("elsewhere/a", "one!", 1000);
    await symlink(folder.join("elsewhere"), folder.join("to/x"));
    const { source, run } = await doing(from(), directoryLocation(folder.join("to")));
    const version = await versionOf(source, "x/a");
    await expect(run({ key: "x/b", source: version })).rejects.toMatchObject({ fate: "stale" });
    await expect(run({ key: "x/a", action: "overwrite", source: version, destination: version })).rejects.toMatchObject({ fate: "stale" });
    await expect(run({ key: "x/a", action: "delete", destination: version })).rejects.toMatchObject({ fate: "stale" });
    expect(await readFile(folder.join("elsewhere/a"), "utf8")).toBe("one!");
  });
});
