import { expect, test } from "vitest";
import type { ObjectSync } from "../../src/core/sync-plan.ts";
import { Workplace } from "./workplace.ts";

/** Rules by which only the state, or the content, can tell. */
const rules: Partial<ObjectSync> = { compare: ["size", "checksum"] };
const old: Partial<ObjectSync> = { ...rules, name: "old" };
const renamed: Partial<ObjectSync> = { ...rules, name: "new", renamedFrom: "old" };

test("a sync with a new name knows what it did under the old one, before and after it is applied", async () => {
  await using place = await Workplace.make();
  await place.write("from/a", "one");
  await place.apply(await place.plan(old), [old]);

  await place.write("from/b", "two");
  const changeset = await place.plan(renamed);
  expect([...changeset.actions()].map(({ action, key, reason }) => `${action} ${key} ${reason}`)).toEqual(["skip a recorded", "copy b absent"]);
  await place.apply(changeset, [renamed]);
  expect(await place.state.counts()).toEqual({ new: 2 });

  const again = await place.plan(renamed);
  expect(again.summary.syncs[0]?.reasons).toEqual({ recorded: 2 });
});

test("without a word of the old name, all is compared by its content", async () => {
  await using place = await Workplace.make();
  await place.write("from/a", "one");
  await place.apply(await place.plan(old), [old]);
  const changeset = await place.plan({ ...rules, name: "new" });
  expect(changeset.summary.syncs[0]?.reasons).toEqual({ "equal-checksum": 1 });
});
