import { createHash } from "node:crypto";
import { at, text } from "./decide.ts";
import type { GitHub } from "./github.ts";

/** GitHub refuses a longer comment. */
const LONGEST_COMMENT = 65_536;

/** The last line of our comment on a plan: by it the next push finds the comment again, also after the plan was renamed. */
export function commentMarker(artifact: string, file: string): string {
  return `<!-- tidemark-action:${createHash("sha256").update(`${artifact}\0${file}`).digest("hex").slice(0, 32)} -->`;
}

export interface CommentText {
  /** What `tidemark review --markdown` wrote: at most 65,000 characters. */
  readonly markdown: string;
  /** Markdown of our own. */
  readonly footer: string;
  readonly marker: string;
}

export function commentBody({ markdown, footer, marker }: CommentText): string {
  const end = `\n${footer}\n${marker}`;
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
  const login = await github.viewer();
  for await (const page of github.pages(`/issues/${pullRequest}/comments`)) {
    for (const comment of page) {
      const id = at(comment, "id");
      const isOurs = text(at(comment, "user", "login")) === login && text(at(comment, "body")).trimEnd().endsWith(`\n${marker}`);
      if (isOurs && typeof id === "number") return id;
    }
  }
  return undefined;
}
