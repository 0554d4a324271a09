import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { visible } from "../core/escape.ts";
import type { CiCase, CiProblem } from "./ci-case.ts";
import { absoluteLinks, documentUrl, type ExplainedCode } from "./code-catalogue.ts";
import { plain } from "./code-view.ts";

/** GitHub takes no more results of one run. */
const MOST_RESULTS = 25_000;
const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

export interface SarifOptions {
  readonly command: string;
  readonly cases: readonly CiCase[];
  /** What the rules say and link to. */
  readonly codes: readonly ExplainedCode[];
  readonly version: string;
}

/** How a file of ours begins. */
export const SARIF_MARKER = `{\n  "$schema": "${SCHEMA}",`;

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarifReport({ command, cases, codes, version }: SarifOptions): string {
  const problems = cases.flatMap(({ problem }) => (problem === undefined ? [] : [problem])).slice(0, MOST_RESULTS);
  const ids = [...new Set(problems.map(({ code }) => code))];
  const report = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Tidemark",
            version,
            semanticVersion: version,
            informationUri: documentUrl(version, "README.md"),
            rules: ids.map((id) => ruleOf(id, { problems, codes, version })),
          },
        },
        // Keeps what `validate` finds apart from what `plan` does, where both are uploaded.
        automationDetails: { id: `tidemark/${command}/` },
        invocations: [{ executionSuccessful: !problems.some(({ isBreakdown }) => isBreakdown) }],
        columnKind: "utf16CodeUnits",
        results: resultsOf(problems, ids),
      },
    ],
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function ruleOf(
  id: string,
  { problems, codes, version }: { readonly problems: readonly CiProblem[]; readonly codes: readonly ExplainedCode[]; readonly version: string },
) {
  const level = problems.find(({ code }) => code === id)?.level ?? "error";
  const explained = codes.find(({ code }) => code === id);
  if (explained === undefined) return { id, defaultConfiguration: { level } };
  const { meaning, example, language, fix, page } = explained;
  const markdown = [
    absoluteLinks(meaning, explained, version),
    ...(example === undefined ? [] : [`\`\`\`${language ?? ""}\n${example}\n\`\`\``]),
    ...(fix === undefined ? [] : [`**Fix:** ${absoluteLinks(fix, explained, version)}`]),
  ].join("\n\n");
  const text = [plain(meaning), ...(fix === undefined ? [] : [`Fix: ${plain(fix)}`])].join("\n\n");
  return {
    id,
    shortDescription: { text: plain(meaning).split("\n")[0] ?? id },
    fullDescription: { text: plain(meaning) },
    help: { text, markdown },
    helpUri: documentUrl(version, page),
    defaultConfiguration: { level },
  };
}

function resultsOf(problems: readonly CiProblem[], ids: readonly string[]) {
  const seen = new Map<string, number>();
  return problems.map(({ code, level, message, hint, file, place }) => {
    // Where it stands is no part of it: lines that are added above make no other problem of it.
    const hash = createHash("sha256").update([code, file, message].join("\0")).digest("hex").slice(0, 16);
    const occurrence = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, occurrence);
    return {
      ruleId: code,
      ruleIndex: ids.indexOf(code),
      level,
      message: { text: visible(hint === undefined ? message : `${message} ${hint}`) },
      locations: [{ physicalLocation: { artifactLocation: artifact(file), ...(place !== undefined && { region: region(place) }) } }],
      // The name by which GitHub knows an alert again.
      partialFingerprints: { primaryLocationLineHash: `${hash}:${occurrence}` },
    };
  });
}

function artifact(file: string) {
  if (isAbsolute(file)) return { uri: pathToFileURL(file).href };
  const uri = file
    .toWellFormed()
    .split(/[\\/]/)
    .map(encodeURIComponent)
    .join("/")
    .replace(/^(?:\.\/)+/, "");
  return { uri, uriBaseId: "%SRCROOT%" };
}

function region({ line, column, endLine, endColumn }: NonNullable<CiProblem["place"]>) {
  return { startLine: line, startColumn: column, endLine, endColumn };
}
