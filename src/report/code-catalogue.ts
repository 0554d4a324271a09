import { readFile } from "node:fs/promises";

/** What a code says: a mistake in a plan, a refusal, a thing that is checked, a remark about a sync, why an item stays behind, something tried again, what a change of a plan means. */
export type CodeKind = "diagnostic" | "error" | "check" | "notice" | "item" | "retry" | "finding";

/** A code as the documents explain it. All texts are markdown, and ours. */
export interface ExplainedCode {
  readonly code: string;
  readonly kind: CodeKind;
  /** The heading above it: `State and locks`. */
  readonly group: string;
  readonly meaning: string;
  /** A block of code as it stands in the document. */
  readonly example?: string | undefined;
  /** `yaml`, `sh`, `sql`, … */
  readonly language?: string | undefined;
  readonly fix?: string | undefined;
  /** From the root of the documents: `errors.md#locked`. */
  readonly page: string;
}

/**
 * Reads what the documents say about every code, where the build put it: in the order of the documents.
 * A code of two meanings is there twice.
 */
export async function readCodes(): Promise<readonly ExplainedCode[]> {
  const folder = new URL(import.meta.url.endsWith(".ts") ? "../../dist/" : "./", import.meta.url);
  // SAFETY: the build wrote it.
  return JSON.parse(await readFile(new URL("codes.json", folder), "utf8")) as readonly ExplainedCode[];
}

/** Whether a check may ask for `--confirm CODE`: its document says when. */
export function asksForConfirmation({ kind, meaning }: Pick<ExplainedCode, "kind" | "meaning">): boolean {
  return kind === "check" && /\bconfirm/i.test(meaning);
}

/** Where a page of the documents is on the web: the package holds them. */
export function documentUrl(version: string, page: string): string {
  return `https://unpkg.com/tidemark@${version}/docs/${page}`;
}

/** Links within the documents, as links that lead there from anywhere. */
export function absoluteLinks(markdown: string, from: Pick<ExplainedCode, "page">, version: string): string {
  const own = from.page.split("#")[0] ?? "";
  return markdown.replaceAll(
    /\]\((?!https?:)([^)\s]+)\)/g,
    (_, target: string) => `](${documentUrl(version, target.startsWith("#") ? own + target : target)})`,
  );
}
