import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { TidemarkError } from "../core/errors.ts";
import { nearName } from "../core/near-name.ts";

/** A file as it was at a revision. */
export interface FileAtRevision {
  /** The whole hash. */
  readonly commit: string;
  /** From the root of the repository, with `/`. */
  readonly repositoryFile: string;
  /** undefined where there was no such file. */
  readonly text: Uint8Array | undefined;
}

export interface ReadAtRevisionOptions {
  /** As the user named it. It need not be there now. */
  readonly file: string;
  readonly ref: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The largest plan, and a bit. */
const MOST_BYTES = 4 * 2 ** 20 + 1;

/**
 * Reads a file of a git repository as it was at a revision. Reads only: no lock, no network that git
 * would ask a password for, no filter that the repository names.
 *
 * @throws TidemarkError `BASE_INVALID`, `BASE_UNKNOWN`, `BASE_SHALLOW`, `BASE_FILE`, `GIT_MISSING`, `GIT_NO_REPOSITORY`, `GIT_FAILED`
 */
export async function readAtRevision({ file, ref, env, signal }: ReadAtRevisionOptions): Promise<FileAtRevision> {
  mustBeRevision(ref);
  const folder = await existingFolder(dirname(resolve(file)));
  const git = new Git(folder.path, env, signal);
  const prefix = await prefixOf(git, file);
  const commit = await commitOf(git, ref);
  const inFolder = [...folder.beneath, basename(file)].join("/");
  const repositoryFile = prefix + inFolder;
  // The mode tells a file from a link and a folder.
  const listed = await git.mustRun(["ls-tree", "-z", "--full-tree", commit, "--", repositoryFile]);
  const entry = listed
    .toString("utf8")
    .split("\0")
    .find((line) => line.slice(line.indexOf("\t") + 1) === repositoryFile);
  const [mode = "", type] = entry?.split(/[ \t]/) ?? [];
  if (entry === undefined || type === "tree") return { commit, repositoryFile, text: undefined };
  if (!mode.startsWith("100")) {
    throw new TidemarkError("BASE_FILE", `${repositoryFile} was no file at ${ref}, but a link or a submodule.`, {
      hint: "Name the file that it pointed to with --base-file.",
    });
  }
  return { commit, repositoryFile, text: await git.mustRun(["cat-file", "blob", `${commit}:${repositoryFile}`]) };
}

/** A word that git could take for an option, or for more than a revision, is none. */
function mustBeRevision(ref: string): void {
  if (ref !== "" && !ref.startsWith("-") && !/[\u0000-\u0020\u007f:*?[\\]/.test(ref)) return;
  throw new TidemarkError("BASE_INVALID", `${JSON.stringify(ref)} is no revision.`, { hint: "Name a branch, a tag or a commit: --base origin/main." });
}

/** The nearest folder that is there: the file's own may be gone since the revision. */
async function existingFolder(path: string): Promise<{ readonly path: string; readonly beneath: readonly string[] }> {
  const beneath: string[] = [];
  let at = path;
  for (;;) {
    const found = await realpath(at).catch(() => undefined);
    if (found !== undefined || dirname(at) === at) return { path: found ?? at, beneath };
    beneath.unshift(basename(at));
    at = dirname(at);
  }
}

async function prefixOf(git: Git, file: string): Promise<string> {
  const { code, stdout, stderr } = await git.run(["rev-parse", "--is-inside-work-tree", "--show-prefix"]);
  const [inside, prefix = ""] = stdout.toString("utf8").split("\n");
  if (code === 0 && inside === "true") return prefix;
  if (code === 0 || stderr.includes("not a git repository")) {
    throw new TidemarkError("GIT_NO_REPOSITORY", `${file} lies in no working tree of a git repository.`, {
      hint: "Run it where the repository is checked out; in a container, check it out with its .git folder.",
    });
  }
  throw gitFailed(stderr);
}

async function commitOf(git: Git, ref: string): Promise<string> {
  const { code, stdout } = await git.run(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
  const commit = stdout.toString("utf8").trim();
  if (code === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  const isShallow = (await git.run(["rev-parse", "--is-shallow-repository"])).stdout.toString("utf8").trim() === "true";
  const names = (await git.run(["for-each-ref", "--count=2000", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"])).stdout
    .toString("utf8")
    .split("\n");
  const near = names.find((name) => name.endsWith(`/${ref}`)) ?? nearName(ref, names);
  if (isShallow) {
    const isName = /^[\w./-]+$/.test(ref);
    const meant = isName && near !== undefined ? `Did you mean ${near}? Else fetch it` : "Fetch it";
    throw new TidemarkError("BASE_SHALLOW", `There is no revision ${ref} in this repository, which is a shallow clone: it holds the newest commits only.`, {
      hint: `${meant}: \`git fetch --depth=1 origin ${isName ? ref.replace(/^origin\//, "") : "BRANCH"}\` and \`--base FETCH_HEAD\`, or check out with \`fetch-depth: 0\`.`,
    });
  }
  throw new TidemarkError("BASE_UNKNOWN", `There is no revision ${ref} in this repository.`, {
    hint: near === undefined ? "`git branch --all` lists the branches; fetch the one that is meant." : `Did you mean ${near}?`,
  });
}

interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

class Git {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #signal: AbortSignal;

  constructor(folder: string, env: Readonly<Record<string, string | undefined>>, signal: AbortSignal) {
    this.#folder = folder;
    // English, since some of its words are looked at. Nothing prompts, and nothing is fetched behind the user's back.
    this.#env = { ...env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", GIT_NO_LAZY_FETCH: "1", GIT_LITERAL_PATHSPECS: "1" };
    this.#signal = signal;
  }

  async mustRun(args: readonly string[]): Promise<Buffer> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw gitFailed(stderr);
    return stdout;
  }

  run(args: readonly string[]): Promise<GitResult> {
    return new Promise((settle, reject) => {
      const options = { cwd: this.#folder, env: this.#env, encoding: "buffer", maxBuffer: MOST_BYTES, signal: this.#signal, windowsHide: true } as const;
      execFile("git", [...args], options, (error, stdout, stderr) => {
        if (error === null) settle({ code: 0, stdout, stderr: "" });
        else if (error.code === "ENOENT") {
          reject(new TidemarkError("GIT_MISSING", "There is no git on this machine.", { hint: "Install git, or put it into PATH.", cause: error }));
        } else if (typeof error.code === "number") settle({ code: error.code, stdout, stderr: stderr.toString("utf8") });
        else if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") {
          reject(
            new TidemarkError("BASE_FILE", "The file was larger than 4 MiB at the base.", { hint: "No plan is that large: name another with --base-file." }),
          );
        } else reject(error);
      });
    });
  }
}

function gitFailed(stderr: string): TidemarkError {
  const said =
    stderr
      .trim()
      .split("\n")[0]
      ?.replace(/^(?:fatal|error): /, "") ?? "";
  const isForeign = stderr.includes("dubious ownership");
  return new TidemarkError("GIT_FAILED", `git could not read the repository: ${said === "" ? "it did not say why" : said}.`, {
    hint: isForeign ? "The repository belongs to somebody else: `git config --global --add safe.directory FOLDER`." : "Look whether `git log` works there.",
  });
}
