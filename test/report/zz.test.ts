import { test } from "vitest";
import { makePaint, PLAIN } from "../../src/report/paint.ts";
import { showPlan } from "../../src/report/plan-view.ts";
import { planMarkdown } from "../../src/report/plan-markdown.ts";
import { planSummaryJson, actionJson } from "../../src/report/plan-json.ts";
import { changesetOf, textOf } from "./changeset-fixture.ts";
import { shopSync } from "./database-fixture.ts";
test("x", async () => {
  using changeset = await changesetOf([shopSync(), { name: "media", actions: [{ key: "a" }] }]);
  console.log(await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: false })));
  console.log(await textOf((out) => showPlan(changeset, out, PLAIN, { verbose: true })));
  console.log(planMarkdown(changeset));
  console.log(JSON.stringify(planSummaryJson("plan", changeset)));
  for (const a of changeset.actions()) console.log(JSON.stringify(actionJson(a, "postgres")));
});
