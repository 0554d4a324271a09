import { expect, test } from "vitest";
import { lostOf } from "../../src/report/lost.ts";
import { PLAIN } from "../../src/report/paint.ts";
import { detailLines } from "../../src/ui/browser/detail-lines.ts";
import { lostLines } from "../../src/ui/browser/approval-page.ts";
import { makeTheme } from "../../src/ui/theme.ts";
import { changesetOf } from "../report/changeset-fixture.ts";

const theme = makeTheme(PLAIN);

test("what is lost is named as the plan names it", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{ action: "delete", key: "del\u001b[2Jete", bytes: 0 }] }]);
  expect(lostLines(lostOf(changeset), 80, theme)).toContain(String.raw`  - del\x1b[2Jete`);
});

test("of what has a name that is no text nothing is said to be missing", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{ action: "conflict", key: "bad\\xff", source: undefined, destination: undefined }] }]);
  const [action] = changeset.actions();
  const [sync] = changeset.summary.syncs;
  if (action === undefined || sync === undefined) throw new Error("one action of one sync was written");
  expect(detailLines(action, sync.header, { columns: 80, theme }).join("\n")).not.toContain("nothing");
});
