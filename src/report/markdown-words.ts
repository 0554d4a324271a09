import { markdownText } from "../core/escape.ts";

/** Characters of a key, a place, a remark: what is longer is cut in its middle. */
export const LONGEST_KEY = 300;

/** A name or a code of ours is harmless as it is, and easier to read without entities; unless a commit or an issue may be called so. */
export function word(text: string): string {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/i.test(text) && !/[0-9a-f]{7}|^gh-|-gh-/i.test(text) ? text : markdownText(text, { maxLength: LONGEST_KEY });
}

/**
 * Lines as a block of code. The fence is longer than any run of backticks within, so that nothing in
 * it ends the block, and no HTML in it is any.
 *
 * @param lines without line breaks and control characters
 * @see https://github.github.com/gfm/#fenced-code-blocks
 */
export function fenced(lines: readonly string[], language: "sql" | "diff"): string {
  let longest = 2;
  for (const line of lines) for (const [run] of line.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${lines.join("\n")}\n${fence}\n`;
}
