import { absoluteLinks, type CodeKind, documentUrl, type ExplainedCode } from "./code-catalogue.ts";
import type { Paint } from "./paint.ts";

export const KIND_WORDS: Readonly<Record<CodeKind, { readonly one: string; readonly many: string }>> = {
  diagnostic: { one: "a mistake in a plan file", many: "diagnostics of plan files" },
  error: { one: "an error", many: "errors" },
  check: { one: "a check before a run", many: "checks before a run" },
  notice: { one: "a notice about a sync", many: "notices" },
  item: { one: "why an item is not synced", many: "items that are not synced" },
  retry: { one: "something that was tried again", many: "retries" },
  finding: { one: "a finding of `tidemark review`", many: "findings of a review" },
};

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 88;
const USUAL = 80;

/** What a code means, for a person. The documents are ours: nothing of it needs escaping. */
export function codeLines(
  code: ExplainedCode,
  { version, paint, columns }: { readonly version: string; readonly paint: Paint; readonly columns: number | undefined },
): string {
  const width = Math.min(columns ?? USUAL, WIDEST);
  const text = (markdown: string) => plainParagraphs(markdown, width, paint);
  const parts = [`${paint.strong(code.code)}  ${paint.faint(KIND_WORDS[code.kind].one)}`, text(code.meaning)];
  if (code.example !== undefined)
    parts.push(
      code.example
        .split("\n")
        .map((line) => `    ${line}`.trimEnd())
        .join("\n"),
    );
  if (code.fix !== undefined) parts.push(text(`**Fix:** ${code.fix}`));
  parts.push(paint.faint(documentUrl(version, code.page)));
  return `${parts.join("\n\n")}\n`;
}

/** One line of a list. */
export function codeLine({ code, meaning }: ExplainedCode, { width, columns }: { readonly width: number; readonly columns: number | undefined }): string {
  const first = plain(meaning.split("\n")[0] ?? "").replace(/^(?:Passes, and says so|Fails|Asks for a confirmation): /, "");
  const room = Math.max(20, (columns ?? USUAL) - width - 4);
  const line = first.length <= room ? first : `${first.slice(0, room - 1).trimEnd()}…`;
  return `  ${code.padEnd(width)}  ${line}`;
}

export function codeJson(code: ExplainedCode, version: string): { type: "code"; [field: string]: unknown } {
  const { meaning, fix, example, language } = code;
  return {
    type: "code",
    code: code.code,
    kind: code.kind,
    group: code.group,
    meaning: absoluteLinks(meaning, code, version),
    ...(example !== undefined && { example, ...(language !== undefined && { language }) }),
    ...(fix !== undefined && { fix: absoluteLinks(fix, code, version) }),
    url: documentUrl(version, code.page),
  };
}

/** Markdown as plain text: without links and emphasis, what is code in backticks. */
export function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("**", "");
}

function plainParagraphs(markdown: string, width: number, paint: Paint): string {
  const paragraphs = markdown.split("\n\n").map((paragraph) =>
    paragraph
      .split("\n")
      .map((line) => wrap(plain(line), width, line.startsWith("- ") ? "  " : ""))
      .join("\n"),
  );
  // After wrapping: a colour has no width.
  return paragraphs.join("\n\n").replaceAll(/^(?:Fix|Fails|Asks for a confirmation|Passes, and says so):/gm, (label) => paint.strong(label));
}

function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
