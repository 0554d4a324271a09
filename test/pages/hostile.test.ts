import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Outcome } from "../../src/state/outcome.ts";
import { visible } from "../../src/core/escape.ts";
import { planPage } from "../../src/report/html/plan-page.ts";
import { changesetOf, databaseAction, HOSTILE_KEYS } from "../report/changeset-fixture.ts";
import { ODD_KEYS } from "../support/odd-keys.ts";
import { openPlan, openReport, shownTitles, startBrowser, textOfReport, unfold } from "./support.ts";
import { runPage } from "../../src/report/html/run-page.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const HIT = "window.hit = true";
const BREAKOUTS = [
  `<script>${HIT}</script>`,
  `</script><script>${HIT}</script>`,
  `<!--<script>${HIT}`,
  `]]></script><img src=x onerror="${HIT}">`,
  `"><svg onload="${HIT}">`,
  `' onfocus='${HIT}' autofocus x='`,
  "</style></title></head></dialog>",
  "{{constructor.constructor('hit')()}} ${hit} {b} {a|b}",
  "__proto__",
  "constructor",
  "\u202egnp.exe\u202c",
  "\u0000\u0007\u001b[31m",
  "\u{e0041}\u{e0042} tags",
  "line\nbreak",
  `${"é".repeat(500)}/${"x".repeat(23)}`,
];
const NAMES = [...new Set([...BREAKOUTS, ...HOSTILE_KEYS, ...ODD_KEYS])];
// What must not stand in the file as it is: whoever looks at its source sees what it says.
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;

test("keys, names and texts cannot break out, and are shown escaped", async () => {
  const sync = `</td><script>${HIT}</script>\u202e`;
  using changeset = await changesetOf([
    {
      name: sync,
      from: `s3://<b onmouseover="${HIT}">/`,
      actions: NAMES.map((key, at) => ({
        key,
        bytes: at + 1,
        reason: at % 2 === 0 ? `<i>${HIT}</i>` : "absent",
        action: at % 5 === 0 ? ("conflict" as const) : ("copy" as const),
      })),
      notices: [{ code: "<u>", message: `<script>${HIT}</script>\u2028`, hint: `<script>${HIT}</script>` }],
    },
    {
      name: "__proto__",
      kind: "postgres",
      actions: BREAKOUTS.flatMap((name) => [
        databaseAction(
          { kind: "view", name, ddl: `CREATE VIEW ${name}`, difference: `-${name}\n+${name} ${name}`, remark: name, owner: name, where: name, columns: [name] },
          { action: "conflict", reason: name },
        ),
        databaseAction({ kind: "rows", name }, { action: "copyRows", rows: 5, bytes: 10 }),
        databaseAction({ kind: "function", name, remark: name }, { action: "notSynced", reason: name }),
      ]),
    },
  ]);
  const text = await textOfReport(planPage(changeset, { tidemark: "1.2.3" }));
  expect(RAW.exec(text.replaceAll("\n", ""))).toBeNull();

  await using opened = await openPlan(browser, changeset);
  const { page } = opened;
  await page.locator("#prefixes svg").waitFor();
  await unfold(page);
  await page.getByRole("searchbox").fill("gnp.exe");
  await page.locator(".rows .row").first().click();
  expect(await page.getByRole("dialog").getByRole("heading").first().textContent()).toContain("\\u{202e}gnp.exe\\u{202c}");
  await page.keyboard.press("Escape");
  for (const key of [...BREAKOUTS, `${"é".repeat(500)}/`]) {
    await page.getByRole("searchbox").fill(key.split(/\s/)[0]?.slice(0, 40) ?? "");
    const row = page.locator(".rows .row").first();
    await row.hover();
    await row.click();
    await page.keyboard.press("Escape");
  }
  // Hovered over, a picture names what it shows.
  await page.locator("#prefixes").hover();
  expect(await page.evaluate("window.hit")).toBeUndefined();
  expect(await page.locator("script:not([type]), img, svg [onload], [onerror], [onfocus], [onmouseover]").count()).toBe(1);
  expect(await page.locator("h1").count()).toBe(1);
  expect(await page.locator("#table .status").textContent()).toContain(`of ${NAMES.length + 3 * BREAKOUTS.length} actions`);
});

test("every key is listed as the terminal shows it", async () => {
  using changeset = await changesetOf([{ name: "odd", actions: NAMES.map((key) => ({ key })) }]);
  await using opened = await openPlan(browser, changeset);
  const { page } = opened;
  const titles = new Set<string>();
  await page.getByRole("grid").focus();
  for (let at = 0; at < NAMES.length; at += 5) {
    for (const title of await shownTitles(page)) titles.add(title);
    await page.keyboard.press("PageDown");
  }
  expect([...titles].toSorted()).toEqual(NAMES.map((name) => visible(name)).toSorted());
});

test("errors of a run cannot break out either", async () => {
  const problems = BREAKOUTS.map((text, at): Outcome => ({
    seq: at + 1,
    sync: "media",
    key: text,
    action: "copy",
    outcome: at % 2 === 0 ? "failed" : "stale",
    bytes: 5,
    code: text,
    message: text,
    hint: text,
    source: undefined,
    destination: undefined,
    startedAt: 0,
    finishedAt: 1000,
  }));
  const counts = { applied: 0, stale: 7, failed: 8, refused: 0, cancelled: 0, inDoubt: 0 };
  const run = {
    run: "r1",
    planId: "sha256:p",
    plan: `<script>${HIT}</script>`,
    owner: `<script>${HIT}</script>`,
    host: "\u202ehost",
    pid: 1,
    startedAt: 0,
    items: 15,
    bytes: 75,
    status: "partly" as const,
    finishedAt: 2000,
    counts: { [`</td><script>${HIT}</script>`]: counts, __proto__2: counts },
    appliedBytes: 0,
    notes: `</script><script>${HIT}</script>`,
  };
  const state = {
    async *applied() {},
    async *problems() {
      yield problems;
    },
  };
  const report = await runPage({ run, runs: [run], state, changeset: undefined, tidemark: "1.2.3" });
  await using opened = await openReport(browser, report);
  const { page } = opened;
  await page.locator("#by-sync svg").waitFor();
  expect(await page.evaluate("window.hit")).toBeUndefined();
  expect(await page.locator(".problems li").count()).toBe(BREAKOUTS.length);
  expect(await page.locator("#table > .note").textContent()).toContain("--changeset FILE");
});

test("the policy lets no other script, style or address in", async () => {
  using changeset = await changesetOf([{ name: "media", actions: [{}] }]);
  const opened = await openPlan(browser, changeset);
  const { page, complaints } = opened;
  const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  expect(policy).not.toContain("unsafe");
  await page.evaluate(`{
    const script = document.createElement("script");
    script.textContent = ${JSON.stringify(HIT)};
    document.body.append(script);
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.body.append(style);
    document.body.insertAdjacentHTML("beforeend", '<p style="color: red">x</p><button onclick="${HIT}">x</button>');
  }`);
  const fetched = await page.evaluate("fetch('https://example.invalid/').then(() => true, () => false)");
  expect(await page.evaluate("window.hit")).toBeUndefined();
  expect(await page.evaluate("getComputedStyle(document.body).display")).toBe("block");
  expect(fetched).toBe(false);
  expect(complaints.filter((complaint) => complaint.includes("Content Security Policy")).length).toBeGreaterThanOrEqual(4);
  expect(complaints.filter((complaint) => complaint.startsWith("request"))).toEqual([]);
  await page.context().close();
});
