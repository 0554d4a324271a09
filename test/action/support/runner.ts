import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { fill, holds, type Lookup } from "./expressions.ts";
import { type GitHubServer, REPOSITORY, REPOSITORY_ID, TOKEN } from "./github.ts";

const ROOT = join(import.meta.dirname, "../../..");

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean; readonly description: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string; readonly description: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export async function readAction(): Promise<ActionFile> {
  return parse(await readFile(join(ROOT, "action.yml"), "utf8"));
}

export interface RunOptions {
  readonly inputs: Readonly<Record<string, string>>;
  readonly eventName: string;
  readonly event: unknown;
  readonly sha: string;
  readonly ref: string;
  readonly actor?: string;
  /** The checked out repository. */
  readonly workspace: string;
  /** A folder for this run alone. */
  readonly temp: string;
  /** Where artifacts are kept between runs. */
  readonly store: string;
  readonly run: number;
  readonly headSha: string;
  readonly github: GitHubServer;
  /** The secrets of the job, as its `env` has them. */
  readonly env: Readonly<Record<string, string>>;
}

export interface JobResult {
  readonly isGreen: boolean;
  /** Of the step that failed. */
  readonly exitCode: number;
  readonly log: string;
  /** The lines that a runner would obey, with `stop-commands` in mind. */
  readonly commands: readonly string[];
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly ran: readonly string[];
}

/** Runs the composite action as a runner does: one step after another, with files for what they say to it. */
export async function runAction(options: RunOptions): Promise<JobResult> {
  const action = await readAction();
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value }]) => [name, options.inputs[name] ?? fill(value ?? "", outer)]),
  );
  const steps = new Map<string, Readonly<Record<string, string>>>();
  const lookup: Lookup = (path) => {
    const [scope, name = "", , output = ""] = path.split(".");
    if (scope === "inputs") return inputs[name] ?? missing(path);
    if (scope === "steps") return steps.get(name)?.[output] ?? "";
    return outer(path);
  };
  const result = { log: "", summary: "", exitCode: 0, ran: [] as string[] };
  await mkdir(options.temp, { recursive: true });
  for (const [index, step] of action.runs.steps.entries()) {
    if (!holds(step.if, result.exitCode !== 0, lookup)) continue;
    result.ran.push(step.id ?? step.uses ?? "");
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value, lookup)]));
    const given = Object.fromEntries(Object.entries(step.with ?? {}).map(([name, value]) => [name, fill(String(value), lookup)]));
    const { code, outputs } =
      step.uses === undefined ? await runShell(step, index, env, options, result) : { code: await runForeign(step.uses, given, options), outputs: {} };
    if (step.id !== undefined) steps.set(step.id, outputs);
    result.exitCode ||= code;
  }
  const outputs = Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value, lookup)]));
  return { ...result, outputs, isGreen: result.exitCode === 0, commands: obeyed(result.log) };
}

function outer(path: string): string {
  return path === "github.token" ? TOKEN : missing(path);
}

function missing(path: string): never {
  throw new Error(`action.yml names ${path}, which is not there`);
}

async function runShell(step: Step, index: number, env: Readonly<Record<string, string>>, options: RunOptions, result: { log: string; summary: string }) {
  const file = (name: string) => join(options.temp, `${index}-${name}`);
  const files = {
    GITHUB_OUTPUT: file("output"),
    GITHUB_ENV: file("env"),
    GITHUB_PATH: file("path"),
    GITHUB_STEP_SUMMARY: file("summary"),
    GITHUB_EVENT_PATH: file("event.json"),
  };
  await Promise.all(Object.values(files).map((name) => writeFile(name, "")));
  await writeFile(files.GITHUB_EVENT_PATH, JSON.stringify(options.event));
  await writeFile(file("run.sh"), step.run ?? "");
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", file("run.sh")], {
    cwd: options.workspace,
    env: {
      // In a test of its own, npm's stand-in comes first.
      PATH: [options.env["STAND_INS"], join(ROOT, "node_modules/.bin"), process.env["PATH"]].filter(Boolean).join(delimiter),
      HOME: options.temp,
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_WORKSPACE: options.workspace,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SERVER_URL: "https://github.example",
      GITHUB_API_URL: options.github.url,
      GITHUB_GRAPHQL_URL: `${options.github.url}/graphql`,
      GITHUB_RUN_ID: String(options.run),
      GITHUB_EVENT_NAME: options.eventName,
      GITHUB_SHA: options.sha,
      GITHUB_REF: options.ref,
      GITHUB_ACTOR: options.actor ?? "alice",
      RUNNER_TEMP: options.temp,
      ...files,
      ...options.env,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (result.log += text));
  const [code] = (await once(child, "close")) as [number | null];
  result.summary += await readFile(files.GITHUB_STEP_SUMMARY, "utf8");
  if ((await readFile(files.GITHUB_ENV, "utf8")) !== "") throw new Error("a step sets variables of the job");
  return { code: code ?? 1, outputs: readOutputs(await readFile(files.GITHUB_OUTPUT, "utf8")) };
}

/** `name=value` and `name<<end`, as a runner reads them. */
export function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const [, name, end] = /^([^=]*?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && end !== undefined) {
      const to = lines.indexOf(end, at + 1);
      if (to < 0) throw new Error(`the output ${name} has no end`);
      outputs[name] = lines.slice(at + 1, to).join("\n");
      at = to;
    } else if (line !== "") outputs[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
  }
  return outputs;
}

/** Actions of others: what they do with artifacts, and nothing else. */
async function runForeign(uses: string, given: Readonly<Record<string, string>>, { github, store, run, headSha, inputs }: RunOptions): Promise<number> {
  const folder = (id: number | string, name: string) => join(store, `${id}-${name}`);
  const name = given["name"] ?? "";
  if (uses.startsWith("actions/setup-node@")) return 0;
  if (uses.startsWith("actions/upload-artifact@")) {
    await cp(given["path"] ?? "", folder(run, name), { recursive: true });
    const isFork = inputs["is-fork"] === "true";
    github.artifacts.push({
      id: github.artifacts.length + 1,
      name,
      created_at: new Date(Date.UTC(2026, 0, 1) + run * 1000).toISOString(),
      expired: false,
      workflow_run: { id: run, repository_id: REPOSITORY_ID, head_repository_id: isFork ? 99 : REPOSITORY_ID, head_sha: headSha },
    });
    return 0;
  }
  if (uses.startsWith("actions/download-artifact@")) {
    if (given["github-token"] !== TOKEN) return 1;
    return cp(folder(given["run-id"] ?? "", name), given["path"] ?? "", { recursive: true }).then(
      () => 0,
      () => 1,
    );
  }
  throw new Error(`a runner without ${uses}`);
}

/** The commands in a log that a runner obeys: `::name …::` at a line's beginning, and `##[name]` anywhere. */
export function obeyed(log: string): string[] {
  const commands: string[] = [];
  let stopped: string | undefined;
  for (const line of log.split("\n")) {
    const trimmed = line.trimStart();
    if (stopped !== undefined) {
      if (trimmed === `::${stopped}::`) stopped = undefined;
      continue;
    }
    const stop = /^::stop-commands::(.+)$/.exec(trimmed);
    if (stop) stopped = stop[1];
    else if (/^::[a-z-]+.*?::/.test(trimmed) || line.includes("##[")) commands.push(trimmed);
  }
  if (stopped !== undefined) throw new Error("commands were stopped and never started again");
  return commands;
}
