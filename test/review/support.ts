import type { ReviewFinding } from "../../src/review/finding.ts";
import { type PlanReview, reviewPlan } from "../../src/review/review-plan.ts";

const file = { file: "/plans/nightly.yaml", displayFile: "nightly.yaml" };

/** @param before undefined: there was no file */
export function review(before: string | undefined, after: string): PlanReview {
  return reviewPlan(before === undefined ? undefined : { text: before, ...file }, { text: after, ...file });
}

/** `danger DELETES`, the gravest first. */
export function told({ findings }: PlanReview): string[] {
  return findings.map(({ severity, code }) => `${severity} ${code}`);
}

/** The sentence, with texts of the plan in brackets. */
export function sentenceOf({ sentence }: ReviewFinding): string {
  return sentence.map((part) => (typeof part === "string" ? part : `[${part.quoted}]`)).join("");
}

/** A plan with a sync of objects. @param rules keys of the sync, as lines */
export function objects(rules = "", { locations = "", top = "", name = "media" } = {}): string {
  return `version: 1
name: nightly
${top}locations:
  src: { type: s3, bucket: source }
  dst: { type: s3, bucket: target }
  disk: { type: directory, path: ./disk }
${indent(locations, 2)}syncs:
  ${name}:
    from: src
    to: dst
${indent(rules, 4)}`;
}

/** A plan with a sync of databases. */
export function database(rules = "", { locations = "", app = "" } = {}): string {
  return `version: 1
name: nightly
locations:
  app1: { type: postgres, host: app, database: shop, user: reader${app} }
  copy: { type: postgres, host: copy, database: shop }
  other: { type: postgres, host: other, database: shop }
${indent(locations, 2)}syncs:
  shop:
    from: app1
    to: copy
${indent(rules, 4)}`;
}

function indent(lines: string, by: number): string {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${" ".repeat(by)}${line}\n`)
    .join("");
}
