import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export const TOKEN = "ghs_token-of-the-job";
export const REPOSITORY = "acme/data";
export const REPOSITORY_ID = 4711;

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly user: { readonly login: string };
  body: string;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly created_at: string;
  expired: boolean;
  readonly workflow_run: { readonly id: number; readonly repository_id: number; readonly head_repository_id: number; readonly head_sha: string };
}

export interface PullRequest {
  readonly number: number;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string;
  readonly head: { readonly sha: string };
}

/** A stand-in for the parts of GitHub's API that the action speaks to. */
export interface GitHubServer extends AsyncDisposable {
  readonly url: string;
  readonly comments: Comment[];
  readonly artifacts: Artifact[];
  /** By the commit they were merged as. */
  readonly pulls: Map<string, PullRequest[]>;
  /** `METHOD path`, in order. */
  readonly requests: string[];
  /** A token that only reads. */
  isReadOnly: boolean;
  /** The next so many reads are answered with 502. */
  faults: number;
}

export async function startGitHub(): Promise<GitHubServer> {
  const comments: Comment[] = [];
  const artifacts: Artifact[] = [];
  const pulls = new Map<string, PullRequest[]>();
  const requests: string[] = [];
  const state = { isReadOnly: false, faults: 0 };

  const answer = (method: string, url: URL, body: { readonly body?: string }): readonly [number, unknown] => {
    const path = url.pathname.replace(`/repos/${REPOSITORY}`, "");
    const page = <T>(entries: readonly T[]): T[] => {
      const size = Number(url.searchParams.get("per_page") ?? 30);
      return entries.slice((Number(url.searchParams.get("page") ?? 1) - 1) * size).slice(0, size);
    };
    if (path === "/graphql") return [200, { data: { viewer: { login: "github-actions[bot]" } } }];
    if (method === "GET" && state.faults > 0) {
      state.faults -= 1;
      return [502, "<html>"];
    }
    if (method !== "GET" && state.isReadOnly) return [403, { message: "Resource not accessible by integration" }];
    const list = /^\/issues\/(\d+)\/comments$/.exec(path);
    if (list) {
      const issue = Number(list[1]);
      if (method === "GET") return [200, page(comments.filter((comment) => comment.issue === issue))];
      if ((body.body ?? "").length > 65_536) return [422, { message: "Body is too long" }];
      const comment = { id: 1000 + comments.length, issue, user: { login: "github-actions[bot]" }, body: body.body ?? "" };
      comments.push(comment);
      return [201, comment];
    }
    const one = /^\/issues\/comments\/(\d+)$/.exec(path);
    const comment = one && comments.find(({ id }) => id === Number(one[1]));
    if (comment && method === "PATCH") {
      comment.body = body.body ?? "";
      return [200, comment];
    }
    const commit = /^\/commits\/([0-9a-f]{40})\/pulls$/.exec(path);
    if (commit) return [200, page(pulls.get(commit[1] ?? "") ?? [])];
    if (path === "/actions/artifacts") {
      const named = artifacts.filter(({ name }) => name === url.searchParams.get("name")).toReversed();
      return [200, { total_count: named.length, artifacts: page(named) }];
    }
    return [404, { message: "Not Found" }];
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    requests.push(`${request.method} ${url.pathname}`);
    void read(request).then((text) => {
      const isKnown = request.headers.authorization === `Bearer ${TOKEN}`;
      const [status, body] = isKnown ? answer(request.method ?? "GET", url, text === "" ? {} : JSON.parse(text)) : [401, { message: "Bad credentials" }];
      response.writeHead(status, { "content-type": "application/json", "retry-after": "0" }).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    artifacts,
    pulls,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}
