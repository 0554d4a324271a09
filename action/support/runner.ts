import { randomUUID } from "node:crypto";
import { appendFileSync, writeSync } from "node:fs";

/** What is wrong, for the user: one line in the job's log. */
export class ActionError extends Error {
  override readonly name = "ActionError";
}

/** @throws ActionError where a variable that every runner sets is missing */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new ActionError(`${name} is not set: this runs as a step of a GitHub job only.`);
  return value;
}

/** An input of the action. They come through the environment: nothing of them is ever part of a shell's text. */
export function input(name: string): string {
  return (process.env[`TIDEMARK_INPUT_${name}`] ?? "").trim();
}

/** One a line. */
export function inputLines(name: string): string[] {
  return input(name)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function inputFlag(name: string): boolean {
  const value = input(name).toLowerCase();
  if (value === "true") return true;
  if (value === "false") return false;
  throw new ActionError(`The input ${name.toLowerCase().replaceAll("_", "-")} is true or false.`);
}

/** Sets an output of the step. Its end is a word that no value can know, so that none can set another. */
export function setOutput(name: string, value: string): void {
  const end = `end-${randomUUID()}`;
  appendFileSync(variable("GITHUB_OUTPUT"), `${name}<<${end}\n${value}\n${end}\n`);
}

/** Adds markdown to the job's page. */
export function addSummary(markdown: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (file !== undefined && file !== "") appendFileSync(file, `${markdown}\n`);
}

/** A line of the log. The runner obeys what begins with `::` or holds `##[`, so that only our own words go here. */
export function say(line: string): void {
  write(`${line}\n`);
}

export function annotate(level: "error" | "warning" | "notice", title: string, message: string): void {
  say(`::${level} title=${escapeData(title).replaceAll(":", "%3A").replaceAll(",", "%2C")}::${escapeData(message)}`);
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** A part of the log in which the runner obeys nothing: keys and names are hostile. */
export interface PlainLog {
  /** @param text without line breaks */
  line(text: string): void;
  /** From here on the runner obeys again. */
  end(): void;
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands */
export function plainLog(): PlainLog {
  let word: string | undefined;
  return {
    line(text) {
      if (word === undefined) {
        word = randomUUID();
        say(`::stop-commands::${word}`);
      }
      say(text);
    },
    end() {
      if (word !== undefined) say(`::${word}::`);
      word = undefined;
    },
  };
}

function write(text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length;) at += writeSome(bytes.subarray(at));
}

function writeSome(bytes: Uint8Array): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    // A pipe that is full for now.
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
    throw error;
  }
}

/** Runs a step's work. What it throws ends the step with one line that says why. */
export async function runStep(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    annotate("error", "Tidemark", error instanceof ActionError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
}
