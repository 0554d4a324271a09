import { visible } from "../core/escape.ts";
import type { CiCase, CiProblem } from "./ci-case.ts";

/** How a file of ours begins. */
export const JUNIT_MARKER = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="tidemark ';

/**
 * A suite a group, a test case a case. At most one failure a case: there are readers that take only the first.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function junitReport(command: string, cases: readonly CiCase[]): string {
  const groups = Map.groupBy(cases, ({ group }) => group);
  const suites = [...groups].map(
    ([group, own]) => `  <testsuite name="${xml(group)}" ${counts(own)}>\n${own.map((each) => testCase(command, each)).join("")}  </testsuite>\n`,
  );
  return `${JUNIT_MARKER}${xml(command)}" ${counts(cases)}>\n${suites.join("")}</testsuites>\n`;
}

function testCase(command: string, { group, name, problem, output }: CiCase): string {
  const fails = problem?.level === "error";
  const said = [output, problem === undefined || fails ? undefined : place(problem)].filter((text) => text !== undefined && text !== "");
  const parts = [
    fails ? `      ${failure(problem)}\n` : "",
    said.length === 0 ? "" : `      <system-out>${said.map((text) => xml(text ?? "")).join("\n")}</system-out>\n`,
  ].join("");
  const head = `    <testcase classname="${xml(`tidemark.${command}.${group}`)}" name="${xml(name)}"`;
  return parts === "" ? `${head}/>\n` : `${head}>\n${parts}    </testcase>\n`;
}

function failure(problem: CiProblem): string {
  const element = problem.isBreakdown ? "error" : "failure";
  return `<${element} type="${xml(problem.code)}" message="${xml(problem.message)}">${xml(place(problem))}</${element}>`;
}

function place({ file, place: at, level, message, code, hint }: CiProblem): string {
  const where = at === undefined ? file : `${file}:${at.line}:${at.column}`;
  return `${where}: ${level}: ${message} [${code}]${hint === undefined ? "" : ` ${hint}`}`;
}

function counts(cases: readonly CiCase[]): string {
  const bad = cases.flatMap(({ problem }) => (problem?.level === "error" ? [problem] : []));
  const errors = bad.filter(({ isBreakdown }) => isBreakdown).length;
  return `tests="${cases.length}" failures="${bad.length - errors}" errors="${errors}" skipped="0"`;
}

/** Of what XML 1.0 cannot hold, `visible` leaves only two characters. @see https://www.w3.org/TR/xml/#charsets */
function xml(text: string): string {
  return visible(text)
    .replaceAll(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
