import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";

export const GITLAB_TOKEN = "glpat-token";
export const PROJECT = "42";

export interface Note {
  readonly id: number;
  readonly author: { readonly id: number };
  body: string;
}

/** A stand-in for the parts of GitLab's API that the template speaks to. */
export interface GitLabServer extends AsyncDisposable {
  readonly url: string;
  readonly notes: Note[];
  /** What the merge request's plan job kept: a file; of which commit. */
  kept: { readonly file: string; readonly sha: string; readonly project: string } | undefined;
  /** The commit by which it was merged. */
  merge: string;
  head: string;
}

const SELF = 5;

export async function startGitLab(): Promise<GitLabServer> {
  const notes: Note[] = [];
  const state: Pick<GitLabServer, "kept" | "merge" | "head"> = { kept: undefined, merge: "", head: "" };
  const answer = async (method: string, url: URL, body: string): Promise<unknown> => {
    const path = url.pathname.replace(`/projects/${PROJECT}`, "");
    if (path === "/user") return { id: SELF };
    if (path === "/merge_requests/9/notes") {
      if (method === "GET") return notes.slice((Number(url.searchParams.get("page")) - 1) * 100).slice(0, 100);
      notes.push({ id: 1 + notes.length, author: { id: SELF }, body: (JSON.parse(body) as { body: string }).body });
      return notes.at(-1);
    }
    const note = notes.find(({ id }) => path === `/merge_requests/9/notes/${id}`);
    if (note && method === "PUT") {
      note.body = (JSON.parse(body) as { body: string }).body;
      return note;
    }
    if (path === `/repository/commits/${state.merge}/merge_requests`)
      return [{ iid: 9, sha: state.head, merge_commit_sha: state.merge, squash_commit_sha: null }];
    if (path.startsWith("/repository/commits/")) return [];
    if (path === "/merge_requests/9/pipelines") return state.kept ? [{ id: 70, sha: state.kept.sha, project_id: Number(state.kept.project) }] : [];
    if (path === "/pipelines/70/jobs")
      return [
        { id: 700, name: "tidemark:review" },
        { id: 701, name: "tidemark:plan" },
      ];
    if (path === "/jobs/701/artifacts/tidemark.changes" && state.kept) return readFile(state.kept.file);
    return undefined;
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isKnown = request.headers["private-token"] === GITLAB_TOKEN;
      void (
        isKnown ? answer(request.method ?? "GET", new URL(request.url ?? "/", "http://localhost"), Buffer.concat(chunks).toString()) : Promise.resolve()
      ).then((body) => {
        response.writeHead(body === undefined ? 404 : 200).end(Buffer.isBuffer(body) ? body : JSON.stringify(body ?? {}));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
