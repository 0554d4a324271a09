import { createHash } from "node:crypto";
import { at, text } from "./decide.ts";
import type { GitHub } from "./github.ts";

/** GitHub refuses a longer comment. */
const LONGEST_COMMENT = 65_536;

/** The last line of our comment on a plan: by it the next push finds the comment again, also after the plan was renamed. */
export function commentMarker(artifact: string, file: string): string {
  return `<!-- tidemark-action:${createHash("sha256").update(`${artifact}\0${file}`).digest("hex").slice(0, 32)} -->`;
}

/** The line before: by it comments of plans that are no longer there are told from those of another use of the action. */
function useMarker(artifact: string): string {
  return `<!-- tidemark-use:${createHash("sha256").update(artifact).digest("hex").slice(0, 32)} -->`;
}

/** What it means that a plan file was deleted. */
export const GONE = "Its destinations are no longer kept up to date. Nothing is deleted by that.";

const NO_LONGER = "This plan is no longer in the pull request.";

/** A name as code of one line, whatever it holds. */
export function inlineCode(text: string): string {
  const plain = text.replaceAll(/[\u0000-\u001f\u007f]/g, "\uFFFD");
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return plain.includes("`") ? `${fence} ${plain} ${fence}` : `${fence}${plain}${fence}`;
}

export interface CommentText {
  /** What `tidemark review --markdown` wrote: at most 65,000 characters. */
  readonly markdown: string;
  /** Markdown of our own. */
  readonly footer: string;
  readonly marker: string;
  readonly artifact: string;
}

export function commentBody({ markdown, footer, marker, artifact }: CommentText): string {
  const end = `\n${footer}\n${useMarker(artifact)}\n${marker}`;
  return `${markdown.slice(0, LONGEST_COMMENT - end.length)}${end}`;
}

export interface PutCommentOptions {
  readonly pullRequest: number;
  readonly marker: string;
  readonly body: string;
  /** Whether to begin one where there is none: a plan that nobody touched and that does nothing is not worth it. */
  readonly mayBegin: boolean;
}

/**
 * Writes a plan's comment: over the earlier one, or as a new one.
 *
 * Only a comment that the token's owner wrote is ever changed: anybody can write a marker.
 *
 * @returns its id, and whether it is new; undefined where there is none and none is wanted
 */
export async function putComment(
  github: GitHub,
  { pullRequest, marker, body, mayBegin }: PutCommentOptions,
): Promise<{ readonly id: number; readonly isNew: boolean } | undefined> {
  const found = await findComment(github, pullRequest, marker);
  if (found === undefined && !mayBegin) return undefined;
  const answer =
    found === undefined
      ? await github.call(`/issues/${pullRequest}/comments`, { method: "POST", body: { body } })
      : await github.call(`/issues/comments/${found}`, { method: "PATCH", body: { body } });
  const id = at(answer, "id");
  return { id: typeof id === "number" ? id : (found ?? 0), isNew: found === undefined };
}

async function findComment(github: GitHub, pullRequest: number, marker: string): Promise<number | undefined> {
  for await (const { id, body } of ownComments(github, pullRequest)) if (body.endsWith(`\n${marker}`)) return id;
  return undefined;
}

interface Own {
  readonly id: number;
  readonly body: string;
}

async function* ownComments(github: GitHub, pullRequest: number): AsyncGenerator<Own> {
  const login = await github.viewer();
  for await (const page of github.pages(`/issues/${pullRequest}/comments`)) {
    for (const comment of page) {
      const id = at(comment, "id");
      if (text(at(comment, "user", "login")) === login && typeof id === "number") yield { id, body: text(at(comment, "body")).trimEnd() };
    }
  }
}

export interface RetireOptions {
  readonly pullRequest: number;
  readonly artifact: string;
  /** The markers of the plans that are there, or that are said to be gone. */
  readonly markers: ReadonlySet<string>;
  readonly footer: string;
}

/** Takes back what was said of plans that an earlier push had, such as under another name. A merge applies nothing of them. */
export async function retireComments(github: GitHub, { pullRequest, artifact, markers, footer }: RetireOptions): Promise<void> {
  const use = useMarker(artifact);
  const stale: (Own & { readonly marker: string })[] = [];
  for await (const own of ownComments(github, pullRequest)) {
    const [before = "", marker = ""] = own.body.split("\n").slice(-2);
    const isOfUse = before.trimEnd() === use && marker.startsWith("<!-- tidemark-action:");
    if (isOfUse && !markers.has(marker) && !own.body.includes(`**${NO_LONGER}**`)) stale.push({ ...own, marker });
  }
  for (const { id, body, marker } of stale) {
    const title = /^#{1,6} .*$/m.exec(body)?.[0] ?? "";
    const markdown = `${title}\n\n**${NO_LONGER}** A merge applies nothing of it.\n`;
    await github.call(`/issues/comments/${id}`, { method: "PATCH", body: { body: commentBody({ markdown, footer, marker, artifact }) } });
  }
}

/** What a comment says of a plan file that was deleted. */
export function goneMarkdown(file: string): string {
  return `**The plan ${inlineCode(file)} is gone. ${NO_LONGER}** ${GONE}\n`;
}
