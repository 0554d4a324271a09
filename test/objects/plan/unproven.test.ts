import { mkdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PlanNotice } from "../../../src/changeset/summary.ts";
import { ItemError } from "../../../src/core/errors.ts";
import type { ObjectSync } from "../../../src/core/sync-plan.ts";
import { planObjects } from "../../../src/objects/plan/plan-objects.ts";
import { openReadStore } from "../../../src/objects/stores/open-store.ts";
import { directoryLocation, objectSync } from "../../support/sync-plans.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temp.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
  for (const path of ["from/kept/a", "to/kept/a", "to/docs/a", "to/docs/b/c"]) await write(path, "content");
});
afterEach(() => folder[Symbol.asyncDispose]());

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(folder.join(path)), { recursive: true });
  await writeFile(folder.join(path), text);
  await utimes(folder.join(path), 1000, 1000);
}

/**
 * What a mirror of `from` into `to` would do.
 *
 * @param unreadable what reading a file of the source ends with
 */
async function planned(
  over: Partial<ObjectSync>,
  symlinks: "skip" | "follow",
  unreadable?: ItemError,
): Promise<{ readonly actions: string[]; readonly notices: PlanNotice[] }> {
  const sync = objectSync(directoryLocation(folder.join("from"), { symlinks }), directoryLocation(folder.join("to")), { delete: true, ...over });
  const store = { emit: () => {}, ownPaths: [] };
  const source = await openReadStore(sync.from, store);
  if (unreadable) source.read = () => Promise.reject(unreadable);
  const destination = await openReadStore(sync.to, { ...store, isDestination: true });
  const notices: PlanNotice[] = [];
  const context = {
    signal: new AbortController().signal,
    emit: () => {},
    state: { lineage: "", serial: 0, async *slice() {}, openIntents: () => Promise.resolve([]) },
    sorted: false,
    notice: (notice: PlanNotice) => notices.push(notice),
    countListed: () => {},
    countRequest: () => {},
    compare: false,
    openIntents: () => Promise.resolve([]),
    stamp: () => {},
  };
  try {
    const actions: string[] = [];
    for await (const page of planObjects({ sync, source, destination, context }))
      for (const { action, key, reason } of page) if (action !== "skip") actions.push(`${action} ${key} ${reason}`);
    return { actions, notices };
  } finally {
    await Promise.all([source.close(), destination.close()]);
  }
}

describe("a link whose target is gone (a share that is not mounted) may have led to a folder: nothing beneath it is deleted", () => {
  beforeEach(() => symlink(folder.join("gone"), folder.join("from/docs")));

  test.each([
    ["everything", {}],
    ["prefixes", { prefixes: ["docs/", "kept/"] }],
    ["a prefix within it", { prefixes: ["docs/b/", "kept/"] }],
    ["prefixes that are no folders", { prefixes: ["doc", "kept/"] }],
    ["an include", { include: ["/docs/**", "/kept/**"] }],
    ["the one include", { include: ["/docs/**"], allowEmptySource: true }],
    ["an exclude of the name itself", { exclude: ["/docs"] }],
  ] as const)("with %s", async (_what, over) => {
    for (const symlinks of ["follow", "skip"] as const) {
      const { actions } = await planned(over, symlinks);
      expect(actions.filter((action) => action.startsWith("delete"))).toEqual([]);
    }
  });

  test("and what is excluded as a whole is not even told of", async () => {
    const { actions, notices } = await planned({ exclude: ["/docs", "/docs/**"] }, "follow");
    expect({ actions, notices }).toEqual({ actions: [], notices: [] });
  });

  test("once the link itself is gone, what was beneath it is", async () => {
    await rm(folder.join("from/docs"));
    const { actions } = await planned({ prefixes: ["docs/", "kept/"] }, "follow");
    expect(actions).toEqual(["delete docs/a not-in-source", "delete docs/b/c not-in-source"]);
  });
});

describe("a file that cannot be read while contents are compared", () => {
  beforeEach(async () => {
    for (const path of ["from/secret", "to/secret", "from/new"]) await write(path, "content");
    await utimes(folder.join("to/secret"), 2000, 2000);
  });

  test.each([
    ["no permission", new ItemError("failed", "FILE_UNREADABLE", "no"), "conflict secret FILE_UNREADABLE"],
    ["a change meanwhile", new ItemError("stale", "SOURCE_CHANGED", "no"), "conflict secret SOURCE_CHANGED"],
  ])("is told of, and the rest is planned: %s", async (_what, error, told) => {
    expect((await planned({ delete: false }, "skip", error)).actions).toEqual(["copy new absent", told]);
  });

  test("since the server is out of reach, ends the plan", async () => {
    const unreachable = new ItemError("failed", "UNREACHABLE", "no");
    await expect(planned({ delete: false }, "skip", unreachable)).rejects.toBe(unreachable);
  });
});
