import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** The page's own script and style. Both are the same in every page, so that their hashes can be its policy. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Reads them where the build put them. They are read when a page is written, and not before. */
export async function readPageAssets(): Promise<PageAssets> {
  const folder = new URL(import.meta.url.endsWith(".ts") ? "../../../dist/" : "./", import.meta.url);
  const [script, style] = await Promise.all([readFile(new URL("report-page.js", folder), "utf8"), readFile(new URL("report-page.css", folder), "utf8")]);
  return { script, style };
}

/**
 * Everything is forbidden but this very script, this very style, and pictures that the page itself holds.
 *
 * @see https://www.w3.org/TR/CSP3/#framework-directive-source-list
 */
export function contentPolicy({ script, style }: PageAssets): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
  return ["default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, "img-src data:", "base-uri 'none'", "form-action 'none'"].join("; ");
}
