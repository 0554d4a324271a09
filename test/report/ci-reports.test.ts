import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { codesOfPage } from "../../scripts/support/code-catalogue.ts";
import type { Check } from "../../src/driver/sync-driver.ts";
import { loadPlan } from "../../src/plan-file/load.ts";
import { checkCase, type CiCase, errorCase, fileCases, type PlanPlaces } from "../../src/report/ci-case.ts";
import { junitReport } from "../../src/report/junit.ts";
import { sarifReport } from "../../src/report/sarif.ts";

const SCHEMA = join(import.meta.dirname, "../support/sarif-2.1.0-rtm.5.json");
const CODES = codesOfPage(
  "# Errors\n\n## Plan\n\n### `UNKNOWN_KEY`\n\nNo [key](plan-file.md).\n\n```yaml\na: b\n```\n\n**Fix:** Remove it.\n",
  "errors.md",
  "error",
);

/** All that could end an element, an attribute or the file. */
const HOSTILE = "a\u0000\u0001\u0008\u000b\u001b[31m\u007f\u0085\u2028\u202e\ud800\ufffe\uffff]]>\"'<&>\n\r\t😀";
const PLAN = `version: 1
name: nightly
locations: { one: { type: directory, path: a }, two: { type: directory, path: b } }
syncs: { media: { from: one, to: two } }
tag: {}
`;
const PLACES: PlanPlaces = { file: "plans/media.yaml", syncs: new Map([["media", { line: 7, column: 3, endLine: 7, endColumn: 8 }]]) };

const hostile: CiCase = {
  group: HOSTILE,
  name: HOSTILE,
  output: HOSTILE,
  problem: { code: "UNKNOWN_KEY", level: "error", message: HOSTILE, hint: HOSTILE, file: `x/${HOSTILE}.yaml`, place: undefined },
};

function sarif(cases: readonly CiCase[]) {
  return JSON.parse(sarifReport({ command: "plan", cases, codes: CODES, version: "1.2.3" }));
}

function faultsOf(report: unknown): unknown[] {
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(SCHEMA, "utf8"));
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });
  const validate = ajv.compile(schema);
  validate(report);
  return validate.errors ?? [];
}

describe("SARIF", () => {
  const { diagnostics } = loadPlan(PLAN, { file: "/x/media.yaml", displayFile: "media.yaml", env: {} });

  test("is valid by the schema of SARIF 2.1.0, whatever is in it", () => {
    for (const cases of [fileCases(["media.yaml"], diagnostics), [hostile], []]) expect(faultsOf(sarif(cases))).toEqual([]);
    expect(faultsOf({ version: "2.1.0" })).toMatchObject([{ keyword: "required" }]);
  });

  test("a rule says what the code means, and links to it", () => {
    const [rule] = sarif(fileCases(["media.yaml"], diagnostics)).runs[0].tool.driver.rules;
    expect(rule).toEqual({
      id: "UNKNOWN_KEY",
      shortDescription: { text: "No key." },
      fullDescription: { text: "No key." },
      help: {
        text: "No key.\n\nFix: Remove it.",
        markdown: "No [key](https://unpkg.com/tidemark@1.2.3/docs/plan-file.md).\n\n```yaml\na: b\n```\n\n**Fix:** Remove it.",
      },
      helpUri: "https://unpkg.com/tidemark@1.2.3/docs/errors.md#unknown_key",
      defaultConfiguration: { level: "error" },
    });
  });

  test("a result points at its place, and is the same one when lines are added above", () => {
    const later = loadPlan(`# new\n# lines\n${PLAN}`, {
      file: "/x/media.yaml",
      displayFile: "media.yaml",
      env: {},
    });
    const [before] = sarif(fileCases(["media.yaml"], diagnostics)).runs[0].results;
    const [after] = sarif(fileCases(["media.yaml"], later.diagnostics)).runs[0].results;
    expect(before.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: "media.yaml", uriBaseId: "%SRCROOT%" },
      region: { startLine: 5, startColumn: 1 },
    });
    expect(after.locations[0].physicalLocation.region.startLine).toBe(7);
    expect(after.partialFingerprints).toEqual(before.partialFingerprints);
    const [one, two] = sarif([hostile, hostile]).runs[0].results;
    expect(one.partialFingerprints).not.toEqual(two.partialFingerprints);
  });

  test("holds no more results than GitHub takes", () => {
    expect(sarif(Array.from({ length: 25_001 }, () => hostile)).runs[0].results).toHaveLength(25_000);
  });

  test("tells what broke down from what was refused", () => {
    const refused = errorCase(
      { code: "GUARD_EXCEEDED", message: "The sync media is refused by its guards: 2 deletions.", hint: undefined, sync: "media" },
      "plan",
      PLACES,
    );
    expect(sarif([refused]).runs[0]).toMatchObject({
      invocations: [{ executionSuccessful: true }],
      results: [{ locations: [{ physicalLocation: { region: { startLine: 7 } } }] }],
    });
    const broken = errorCase({ code: "UNREACHABLE", message: "Nobody answers.", hint: undefined }, "plan", PLACES);
    expect(sarif([broken]).runs[0].invocations).toEqual([{ executionSuccessful: false }]);
  });
});

/** What XML 1.0 lets a document hold, and no more. */
const XML = /^(?:[\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\ud800-\udbff][\udc00-\udfff])*$/;
const ELEMENT = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(\/?)>/g;

/** Whether elements are closed as they were opened, and nothing else looks like markup. */
function isWellFormed(xml: string): void {
  expect(xml).toMatch(XML);
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, "");
  const open: string[] = [];
  for (const [, end, name = "", , empty] of body.matchAll(ELEMENT)) {
    if (end === "/") expect(open.pop()).toBe(name);
    else if (empty !== "/") open.push(name);
  }
  expect(open).toEqual([]);
  expect(body.replaceAll(ELEMENT, "").replaceAll(/&#\d+;/g, "")).not.toMatch(/[<&]|\]\]>/);
}

describe("JUnit", () => {
  test("is XML 1.0, whatever is in it", () => {
    isWellFormed(junitReport("plan", [hostile, { ...hostile, problem: undefined }]));
    isWellFormed(junitReport("plan", []));
  });

  test("a case that fails has one failure, and what broke down is an error", () => {
    const check = (status: Check["status"], code: string): Check => ({ sync: "media", code, status, subject: "cold (write)", message: "No.", hint: "Do it." });
    const cases = [
      checkCase(check("pass", "REACH"), false, PLACES),
      checkCase(check("fail", "WRITE"), false, PLACES),
      checkCase(check("confirm", "DATABASE_UNENCRYPTED"), false, PLACES),
      checkCase(check("confirm", "CONNECTION_POOLED"), true, PLACES),
      errorCase({ code: "UNREACHABLE", message: "Nobody answers.", hint: undefined }, "media", PLACES),
    ];
    expect(junitReport("check", cases)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tidemark check" tests="5" failures="2" errors="1" skipped="0">
  <testsuite name="media" tests="5" failures="2" errors="1" skipped="0">
    <testcase classname="tidemark.check.media" name="cold (write): REACH">
      <system-out>No.</system-out>
    </testcase>
    <testcase classname="tidemark.check.media" name="cold (write): WRITE">
      <failure type="WRITE" message="media: cold (write): No.">plans/media.yaml:7:3: error: media: cold (write): No. [WRITE] Do it.</failure>
    </testcase>
    <testcase classname="tidemark.check.media" name="cold (write): DATABASE_UNENCRYPTED">
      <failure type="DATABASE_UNENCRYPTED" message="media: cold (write): No.">plans/media.yaml:7:3: error: media: cold (write): No. [DATABASE_UNENCRYPTED] Do it. Where that is meant: --confirm DATABASE_UNENCRYPTED</failure>
    </testcase>
    <testcase classname="tidemark.check.media" name="cold (write): CONNECTION_POOLED">
      <system-out>No.</system-out>
    </testcase>
    <testcase classname="tidemark.check.media" name="UNREACHABLE">
      <error type="UNREACHABLE" message="Nobody answers.">plans/media.yaml: error: Nobody answers. [UNREACHABLE]</error>
    </testcase>
  </testsuite>
</testsuites>
`);
  });
});
