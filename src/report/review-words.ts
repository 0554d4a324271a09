import { markdownCode, markdownText, visible } from "../core/escape.ts";
import type { ReviewFinding, ReviewSeverity, Sentence } from "../review/finding.ts";
import { REVIEW_SEVERITIES } from "../review/finding.ts";
import { counted } from "./words.ts";

/** Characters of a text of the plan within a sentence. */
const LONGEST = 160;

/** For a terminal. */
export function sentenceText(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === "string" ? part : `\`${visible(part.quoted, { maxLength: LONGEST })}\``)).join("");
}

/** For JSON: whole, and nothing escaped. */
export function sentenceWhole(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === "string" ? part : `\`${part.quoted}\``)).join("");
}

/** For markdown, in a list or in a table. */
export function sentenceMarkdown(sentence: Sentence, maxLength = LONGEST): string {
  return sentence.map((part) => (typeof part === "string" ? part : markdownCode(part.quoted, { maxLength }))).join("");
}

/** A diagnostic's message, in which texts of the plan stand in backticks. Whatever is in it, each piece is escaped. */
export function messageMarkdown(message: string, maxLength = 400): string {
  const characters = [...message];
  const cut = characters.length > maxLength ? `${characters.slice(0, maxLength).join("")}…` : message;
  return cut
    .split("`")
    .map((piece, at) => (piece === "" ? "" : at % 2 === 1 ? markdownCode(piece) : markdownText(piece)))
    .join("");
}

/** `2 dangers, 1 change, 3 notes`; what there is none of is left out. */
export function findingsSentence(findings: readonly ReviewFinding[]): string {
  const count = (severity: ReviewSeverity) => findings.filter((finding) => finding.severity === severity).length;
  return REVIEW_SEVERITIES.filter((severity) => count(severity) > 0)
    .map((severity) => counted(count(severity), severity))
    .join(", ");
}
