import { setTimeout as wait } from "node:timers/promises";
import { ActionError, variable } from "./runner.ts";

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 4;
const LONGEST_WAIT_S = 60;

/** GitHub refused, for a reason that the user can do something about. */
export class GitHubError extends ActionError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Request {
  readonly method?: "GET" | "POST" | "PATCH";
  readonly body?: unknown;
}

/** The API of the repository that a job runs for. */
export class GitHub {
  readonly #token: string;
  readonly #api: string;
  readonly repository: string;

  /** @throws ActionError without a token, or where the runner names no repository */
  constructor() {
    this.#token = process.env["TIDEMARK_TOKEN"] ?? "";
    if (this.#token === "") throw new ActionError("There is no token: leave the input token out, or name one.");
    this.#api = (process.env["GITHUB_API_URL"] ?? "https://api.github.com").replace(/\/+$/, "");
    this.repository = variable("GITHUB_REPOSITORY");
    if (!/^[\w.-]+\/[\w.-]+$/.test(this.repository)) throw new ActionError("GITHUB_REPOSITORY is no owner/name.");
  }

  /** @param path beneath the repository's: `/issues/1/comments` */
  call(path: string, request: Request = {}): Promise<unknown> {
    return this.#fetch(`${this.#api}/repos/${this.repository}${path}`, request);
  }

  /** All pages of a list, one page at a time. @param list takes the entries out of an answer that is no array itself */
  async *pages(path: string, list: (answer: unknown) => unknown = (answer) => answer): AsyncGenerator<readonly unknown[]> {
    const size = 100;
    for (let page = 1; ; page += 1) {
      const answer = list(await this.call(`${path}${path.includes("?") ? "&" : "?"}per_page=${size}&page=${page}`));
      const entries: readonly unknown[] = Array.isArray(answer) ? answer : [];
      yield entries;
      if (entries.length < size) return;
    }
  }

  /** Who the token belongs to: the only way that tokens of apps, the job's own among them, have to tell. */
  async viewer(): Promise<string> {
    const url = process.env["GITHUB_GRAPHQL_URL"] ?? `${this.#api}/graphql`;
    const answer = (await this.#fetch(url, { method: "POST", body: { query: "query { viewer { login } }" } })) as {
      data?: { viewer?: { login?: unknown } };
    } | null;
    const login = answer?.data?.viewer?.login;
    if (typeof login !== "string" || login === "") throw new ActionError("GitHub did not say whom the token belongs to.");
    return login;
  }

  async #fetch(url: string, { method = "GET", body }: Request): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(url, {
        method,
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${this.#token}`,
          "user-agent": "tidemark-action",
          "x-github-api-version": "2022-11-28",
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return await response.json();
      const answer = await response.text();
      // A POST that was cut off may have been done: only what says that it was not is sent again.
      const again =
        response.status === 429 || (response.status === 403 && response.headers.has("retry-after")) || (response.status >= 500 && method !== "POST");
      if (!again || attempt === ATTEMPTS) throw refused(method, url, response.status, answer);
      await wait(1000 * Math.min(LONGEST_WAIT_S, Number(response.headers.get("retry-after") ?? attempt) || 0));
    }
  }
}

function refused(method: string, url: string, status: number, answer: string): GitHubError {
  let said = "";
  try {
    const { message } = JSON.parse(answer) as { message?: unknown };
    if (typeof message === "string") said = `: ${message.slice(0, 200)}`;
  } catch {
    // No JSON: a proxy's page, which says nothing.
  }
  return new GitHubError(status, `GitHub answered ${status} to ${method} ${new URL(url).pathname}${said}.`);
}
