import type { Mode } from "./job.ts";
import { ActionError } from "./runner.ts";

export interface DecideOptions {
  /** `GITHUB_EVENT_NAME`. */
  readonly eventName: string;
  /** The event's JSON. Its texts (titles, branches, names) are whoever's who opened a pull request. */
  readonly event: unknown;
  readonly command: string;
  /** `GITHUB_REF`. */
  readonly ref: string;
  /** `GITHUB_ACTOR`. */
  readonly actor: string;
  readonly planId: string | undefined;
}

export interface Decision {
  readonly mode: Mode;
  readonly restricted: boolean;
  /** A sentence for the log. */
  readonly why: string;
  readonly base: string | undefined;
  readonly pullRequest: { readonly number: number; readonly head: string } | undefined;
}

const COMMANDS = ["auto", "review", "plan", "apply"];

/** What a job does, told by its event. Only numbers and commits are taken out of the event. */
export function decide({ eventName, event, command, ref, actor, planId }: DecideOptions): Decision {
  if (!COMMANDS.includes(command)) throw new ActionError(`The input command is one of ${COMMANDS.join(", ")}.`);
  if (eventName === "pull_request_target") {
    throw new ActionError(
      "pull_request_target runs what a stranger wrote with the secrets of this repository. Use the event pull_request: it plans for branches of this repository, and reviews for forks.",
    );
  }
  if (eventName === "pull_request") return decidePullRequest(event, command, actor);
  const before = commit(at(event, "before")) ?? commit(at(event, "merge_group", "base_sha"));
  const isDefaultBranch = eventName === "push" && ref === `refs/heads/${text(at(event, "repository", "default_branch"))}`;
  const wanted = command === "auto" ? autoMode(eventName, isDefaultBranch, planId) : (command as Mode);
  const plain = { restricted: false, base: undefined, pullRequest: undefined };
  switch (wanted) {
    case "apply":
      if (!isDefaultBranch && planId === undefined) {
        throw new ActionError(
          "There is nothing that was reviewed to apply: that is found at a push to the default branch. Elsewhere name what was reviewed with the input plan-id.",
        );
      }
      return {
        ...plain,
        mode: "apply",
        why: planId === undefined ? "a push to the default branch applies what its pull request reviewed" : "what has this plan-id is applied",
      };
    case "review":
      return { ...plain, mode: "review", base: before, why: `${eventName} without a plan: what changed is reviewed` };
    case "plan":
      return { ...plain, mode: "plan", why: "what would happen now is planned" };
  }
}

function autoMode(eventName: string, isDefaultBranch: boolean, planId: string | undefined): Mode {
  if (isDefaultBranch || planId !== undefined) return "apply";
  return eventName === "push" || eventName === "merge_group" ? "review" : "plan";
}

function decidePullRequest(event: unknown, command: string, actor: string): Decision {
  if (text(at(event, "action")) === "closed") {
    throw new ActionError("A pull request that is closed has nothing to plan. To apply at a merge, use the event push with the default branch.");
  }
  const number = at(event, "pull_request", "number");
  const head = commit(at(event, "pull_request", "head", "sha"));
  const base = commit(at(event, "pull_request", "base", "sha"));
  if (typeof number !== "number" || !Number.isSafeInteger(number) || head === undefined || base === undefined) {
    throw new ActionError("The event of this pull request has no number, head or base.");
  }
  if (command === "apply") throw new ActionError("A pull request applies nothing: it is not reviewed yet. Apply at the push to the default branch.");
  const why = whyRestricted(event, actor);
  const restricted = why !== undefined;
  const mode = restricted || command === "review" ? "review" : "plan";
  return {
    mode,
    restricted,
    base,
    pullRequest: { number, head },
    why: why ?? (mode === "plan" ? "a pull request is reviewed and planned" : "a pull request is reviewed"),
  };
}

/** The repository of a fork may be gone; then it is a fork still. */
function whyRestricted(event: unknown, actor: string): string | undefined {
  const head = at(event, "pull_request", "head", "repo", "id");
  const base = at(event, "pull_request", "base", "repo", "id");
  if (typeof head !== "number" || head !== base) return "a pull request from a fork has no secrets: it is validated and reviewed, not planned";
  if (actor === "dependabot[bot]") return "Dependabot has no secrets: its pull request is validated and reviewed, not planned";
  return undefined;
}

/** A field within a field; undefined where there is none. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A whole hash, and not that of zeros by which GitHub says that there was none. */
export function commit(value: unknown): string | undefined {
  const hash = text(value);
  return /^[0-9a-f]{40,64}$/.test(hash) && !/^0+$/.test(hash) ? hash : undefined;
}
