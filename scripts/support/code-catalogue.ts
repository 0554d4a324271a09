import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Nodes, Root, RootContent, Table, TableRow } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { CodeKind, ExplainedCode } from "../../src/report/code-catalogue.ts";

/** Where codes are explained, and what those of a page are unless their heading says otherwise. */
const PAGES: Readonly<Record<string, CodeKind>> = {
  "diagnostics.md": "diagnostic",
  "errors.md": "error",
  "postgres-checks.md": "check",
  "review-findings.md": "finding",
};
const KIND_OF_GROUP: Readonly<Record<string, CodeKind>> = { Checks: "check", Notices: "notice", "Items that are not synced": "item", Retries: "retry" };
const CODE = /^[A-Z][A-Z0-9_]+$/;
const FIX = /^\*\*Fix:\*\*\s*/;
/** What a column says besides what the code means. */
const FIX_COLUMNS: readonly string[] = ["what to do", "fix"];

/**
 * Reads what the documents say about each code: a section `### \`CODE\`` with a meaning, an example in a
 * block and a paragraph that begins with **Fix:**; or a row of a table whose first column is `code`.
 *
 * The documents are the only place where codes are explained; `tidemark explain` and reports read this.
 */
export async function readCodeCatalogue(root: string): Promise<readonly ExplainedCode[]> {
  const codes: ExplainedCode[] = [];
  const present = new Set(await readdir(join(root, "docs")));
  for (const [page, kind] of Object.entries(PAGES)) {
    if (present.has(page)) codes.push(...codesOfPage(await readFile(join(root, "docs", page), "utf8"), page, kind));
  }
  return codes;
}

/** @param kind of codes whose heading does not say what they are */
export function codesOfPage(text: string, page: string, kind: CodeKind): ExplainedCode[] {
  const root = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const found: ExplainedCode[] = [];
  let group = "";
  root.children.forEach((node, at) => {
    if (node.type === "heading" && node.depth <= 2) group = plainText(node);
    const base = { group, kind: KIND_OF_GROUP[group] ?? kind };
    if (node.type === "heading" && node.depth === 3) {
      const code = plainText(node);
      if (CODE.test(code)) found.push({ ...base, code, ...section(root, at + 1, text), page: `${page}#${code.toLowerCase()}` });
    }
    if (node.type === "table") found.push(...codesOfTable(node, text).map((row) => ({ ...base, ...row, page: `${page}#${anchor(group)}` })));
  });
  return found;
}

type Explanation = Pick<ExplainedCode, "meaning" | "example" | "language" | "fix">;

/** What stands from there to the next heading. */
function section(root: Root, from: number, text: string): Explanation {
  const end = root.children.findIndex((node, at) => at >= from && node.type === "heading");
  const blocks = root.children.slice(from, end < 0 ? undefined : end);
  const fixAt = blocks.findIndex((block) => FIX.test(slice(block, text)));
  const example = blocks.find((block) => block.type === "code");
  const meaning = (fixAt < 0 ? blocks : blocks.slice(0, fixAt)).filter((block) => block !== example);
  const join = (parts: readonly RootContent[]) => parts.map((part) => slice(part, text)).join("\n\n");
  return {
    meaning: join(meaning),
    example: example?.type === "code" ? example.value : undefined,
    language: example?.type === "code" ? (example.lang ?? undefined) : undefined,
    fix: fixAt < 0 ? undefined : join(blocks.slice(fixAt).filter((block) => block !== example)).replace(FIX, ""),
  };
}

function codesOfTable(table: Table, text: string): (Explanation & { readonly code: string })[] {
  const [head, ...rows] = table.children;
  const names = head?.children.map((cell) => plainText(cell).toLowerCase()) ?? [];
  if (names[0] !== "code") return [];
  return rows.flatMap((row) => {
    const cells = cellsOf(row, text);
    const fixAt = names.findIndex((name) => FIX_COLUMNS.includes(name));
    const meaning = names.flatMap((name, at) => (at === 0 || at === fixAt || !cells[at] ? [] : [name === "worst" ? `At worst: ${cells[at]}.` : cells[at]]));
    const codes = (cells[0] ?? "").split(",").map((cell) => cell.trim().replaceAll("`", ""));
    const explanation = { meaning: meaning.join("\n\n"), example: undefined, language: undefined, fix: (fixAt < 0 ? undefined : cells[fixAt]) || undefined };
    return codes.filter((code) => CODE.test(code)).map((code) => ({ code, ...explanation }));
  });
}

function cellsOf(row: TableRow, text: string): string[] {
  return row.children.map((cell) => {
    const [first] = cell.children;
    const last = cell.children.at(-1);
    return first === undefined || last === undefined ? "" : text.slice(first.position?.start.offset, last.position?.end.offset).replaceAll(String.raw`\|`, "|");
  });
}

function slice({ position }: RootContent, text: string): string {
  return text.slice(position?.start.offset, position?.end.offset);
}

function plainText(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(plainText).join("") : "";
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
