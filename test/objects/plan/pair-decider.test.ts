import { expect, test } from "vitest";
import type { ObjectSync } from "../../../src/core/sync-plan.ts";
import { PairDecider } from "../../../src/objects/plan/pair-decider.ts";
import type { ObjectEntry } from "../../../src/objects/store.ts";
import { directoryLocation, objectSync } from "../../support/sync-plans.ts";

const location = directoryLocation("/d");

const everything = { selectsEntry: () => true, selectsKey: () => true };

function decider(over: Partial<ObjectSync>, filter = everything) {
  return new PairDecider({
    sync: objectSync(location, location, over),
    filter,
    refuses: (key) => (key.includes("..") ? { code: "KEY_REFUSED", message: "no" } : undefined),
    mayBeUnlisted: (key) => key.includes("\u0001"),
  });
}

function entry(key: string, over: Partial<ObjectEntry> = {}): ObjectEntry {
  return { key, size: 1, modified: "1.0", modifiedMs: 1000, etag: "", storageClass: "", problem: undefined, ...over };
}

const unreadable = { code: "FOLDER_UNREADABLE", message: "no permission", scope: "subtree" } as const;
const pair = (left: ObjectEntry | undefined, right: ObjectEntry | undefined) => ({ left, right, record: undefined });
const actionOf = (decision: ReturnType<PairDecider["decide"]>) =>
  decision?.kind === "action" ? `${decision.action.action} ${decision.action.reason}` : decision?.kind;

test("a key that is only at the source is copied, under the version it was seen with", () => {
  const decision = decider({}).decide(pair(entry("a"), undefined));
  expect(decision).toMatchObject({ kind: "action", action: { action: "copy", reason: "absent", bytes: 1, source: { size: 1, modified: "1.0" } } });
});

test("a key that is only at the destination is left alone, unless the plan mirrors", () => {
  expect(decider({}).decide(pair(undefined, entry("a")))).toBeUndefined();
  expect(actionOf(decider({ delete: true }).decide(pair(undefined, entry("a"))))).toBe("delete not-in-source");
});

test("a key that the source's listing cannot spell is not deleted", () => {
  const mirror = decider({ delete: true });
  expect(mirror.decide(pair(undefined, entry("ctl\u0001x")))).toBeUndefined();
  expect(mirror.notices()).toMatchObject([{ code: "DELETIONS_SUPPRESSED", message: expect.stringContaining("1 items") }]);
  expect(mirror.deletes).toBe(0);
  expect(actionOf(mirror.decide(pair(undefined, entry("d"))))).toBe("delete not-in-source");
});

test("an unreadable folder of the source suppresses deletions beneath it, and only there", () => {
  const mirror = decider({ delete: true });
  expect(actionOf(mirror.decide(pair(entry("b/", { problem: unreadable }), undefined)))).toBe("conflict FOLDER_UNREADABLE");
  expect(mirror.decide(pair(undefined, entry("b/x")))).toBeUndefined();
  expect(actionOf(mirror.decide(pair(undefined, entry("c"))))).toBe("delete not-in-source");
  expect(mirror.notices()).toMatchObject([{ code: "DELETIONS_SUPPRESSED" }]);
});

test("a link that is not followed protects what a followed one once copied", () => {
  const mirror = decider({ delete: true });
  const link = { code: "SYMLINK_SKIPPED", message: "a link", scope: "item" } as const;
  expect(actionOf(mirror.decide(pair(entry("l", { problem: link }), undefined)))).toBe("notSynced SYMLINK_SKIPPED");
  expect(actionOf(mirror.decide(pair(undefined, entry("l-other"))))).toBe("delete not-in-source");
  expect(mirror.decide(pair(undefined, entry("l/x")))).toBeUndefined();
});

test("what lies beneath a folder of the destination that cannot be read is not called absent", () => {
  const blind = decider({});
  blind.decide(pair(undefined, entry("b/", { problem: unreadable })));
  expect(actionOf(blind.decide(pair(entry("b/x"), undefined)))).toBe("conflict DESTINATION_UNREADABLE");
});

test("a source that is not selected keeps its place at the destination", () => {
  const none = decider({ delete: true }, { ...everything, selectsEntry: () => false });
  expect(none.decide(pair(entry("a"), entry("a")))).toBeUndefined();
});

test("a key that the destination cannot hold is a conflict, before anything is written", () => {
  expect(actionOf(decider({}).decide(pair(entry("../a"), undefined)))).toBe("conflict KEY_REFUSED");
});

test.each([
  ["overwrite", 2000, "overwrite size"],
  ["skip", 2000, "skip exists"],
  ["ifNewer", 2000, "overwrite newer"],
  ["ifNewer", 500, "conflict not-newer"],
  ["fail", 2000, "conflict exists-different"],
] as const)("onExisting %s of a source from %i ms: %s", (onExisting, modifiedMs, wanted) => {
  expect(actionOf(decider({ onExisting }).decide(pair(entry("a", { size: 2, modifiedMs }), entry("a"))))).toBe(wanted);
});

test.each([
  ["verify", "verify"],
  ["copy", "overwrite unknown"],
  ["accept", "skip unknown-accepted"],
] as const)("onUnknown %s", (onUnknown, wanted) => {
  expect(actionOf(decider({ onUnknown }).decide(pair(entry("a", { modifiedMs: 9000 }), entry("a"))))).toBe(wanted);
});

test("a folder's marker is nothing that a folder could list, so it is no copy that never ends", () => {
  expect(actionOf(decider({}).decide(pair(entry("photos/", { size: 0 }), undefined)))).toBe("skip folder-marker");
});
