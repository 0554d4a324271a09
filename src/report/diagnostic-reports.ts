import { visible } from "../core/escape.ts";
import type { Diagnostic } from "../plan-file/diagnostic.ts";

const SARIF_LEVELS = { error: "error", warning: "warning", notice: "note" } as const;

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarifReport(diagnostics: readonly Diagnostic[], version: string): string {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].map((id) => ({ id }));
  const results = diagnostics.map(({ code, severity, message, hint, file, line, column, endLine, endColumn }) => ({
    ruleId: code,
    level: SARIF_LEVELS[severity],
    message: { text: visible(hint === undefined ? message : `${message} ${hint}`) },
    locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region: { startLine: line, startColumn: column, endLine, endColumn } } }],
  }));
  const report = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver: { name: "Tidemark", version, rules } }, results }],
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One test case a file; a file with errors is a failed one. What is no error is in its output. */
export function junitReport(files: readonly string[], diagnostics: readonly Diagnostic[]): string {
  const cases = files.map((file) => {
    const own = diagnostics.filter((diagnostic) => diagnostic.file === file);
    const errors = own.filter(({ severity }) => severity === "error");
    const others = own.filter(({ severity }) => severity !== "error");
    const failures = errors
      .map((error) => `      <failure type="${xml(error.code)}" message="${xml(error.message)}">${xml(place(error))}</failure>\n`)
      .join("");
    const output = others.length === 0 ? "" : `      <system-out>${others.map((other) => xml(place(other))).join("\n")}</system-out>\n`;
    return { failed: errors.length > 0, text: `    <testcase classname="tidemark.validate" name="${xml(file)}">\n${failures}${output}    </testcase>\n` };
  });
  const failed = cases.filter((one) => one.failed).length;
  const counts = `tests="${cases.length}" failures="${failed}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="tidemark validate" ${counts}>\n${cases.map(({ text }) => text).join("")}  </testsuite>\n</testsuites>\n`;
}

function place({ file, line, column, severity, message, code, hint }: Diagnostic): string {
  return `${file}:${line}:${column}: ${severity}: ${message} [${code}]${hint === undefined ? "" : ` ${hint}`}`;
}

function xml(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
