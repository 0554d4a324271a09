import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** Markdown as GitHub's dialect reads it: a real parser's tree. */
export function parsed(markdown: string): Nodes {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** What is in a page beside harmless text. */
export interface Rendered {
  readonly types: ReadonlySet<string>;
  /** Text that is not code, in one piece where nothing stands between. */
  readonly texts: readonly string[];
  readonly html: readonly string[];
  /** How many cells each row of each table has. */
  readonly widths: readonly (readonly number[])[];
  readonly code: readonly string[];
}

export function rendered(markdown: string): Rendered {
  const types = new Set<string>();
  const texts: string[] = [];
  const html: string[] = [];
  const widths: number[][] = [];
  const code: string[] = [];
  const visit = (node: Nodes): void => {
    types.add(node.type);
    if (node.type === "text") texts.push(node.value);
    else if (node.type === "html") html.push(node.value);
    else if (node.type === "inlineCode" || node.type === "code") code.push(node.value);
    else if (node.type === "table") widths.push(node.children.map((row) => row.children.length));
    if ("children" in node) for (const child of node.children) visit(child);
  };
  visit(parsed(markdown));
  return { types, texts, html, widths, code };
}

/** Block and inline elements that a page of ours is made of. A link, an image, a heading within would be somebody else's. */
const OURS: ReadonlySet<string> = new Set([
  "root",
  "html",
  "heading",
  "text",
  "blockquote",
  "paragraph",
  "strong",
  "emphasis",
  "list",
  "listItem",
  "table",
  "tableRow",
  "tableCell",
  "inlineCode",
  "code",
]);
/** Tags that we write. */
const TAGS = /^(?:<!-- -->|<!-- tidemark:[\w-]* -->|<\/?code>|<br>|<details><summary>(?:(?!<(?!!-- -->)).)*<\/summary>|<\/details>)$/s;
/** What GitHub makes something of in a finished page: mentions, issues, commits, emoji, formulas, addresses. */
const ACTIVE = [
  /@[\p{L}\p{N}]/u,
  /#\d/,
  /\bgh-\d/i,
  /\b[0-9a-f]{7,40}\b/i,
  /:[a-z0-9+_-]+:/i,
  /\$[^$]*\$/,
  /\bwww\./i,
  /\b(?:https?|ftp):\/\//i,
  /\bmailto:\S/i,
];

/** Everything in a page that a key or a name could have brought in. None where all is well. */
export function intruders(markdown: string): string[] {
  const { types, texts, html, widths } = rendered(markdown);
  return [
    ...[...types].filter((type) => !OURS.has(type)).map((type) => `a ${type}`),
    ...html.filter((tag) => !TAGS.test(tag.trim())).map((tag) => `the tag ${tag}`),
    // In a summary, which is HTML, words stand too.
    ...[...texts, ...html.flatMap((tag) => summaryWords(tag))].flatMap((text) =>
      ACTIVE.filter((sign) => sign.test(text)).map((sign) => `${sign} in ${JSON.stringify(text)}`),
    ),
    ...widths.filter((rows) => new Set(rows).size > 1).map((rows) => `a table of ${[...new Set(rows)].join(", ")} columns`),
    ...(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(markdown) ? ["a control character"] : []),
  ];
}

/** As a page shows them: entities are characters, and a comment parts two texts. */
function summaryWords(tag: string): string[] {
  const summary = /<summary>(.*)<\/summary>/s.exec(tag)?.[1];
  return summary === undefined ? [] : summary.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))).split("<!-- -->");
}
