import { writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { type Pty, startTerminal } from "../support/terminal.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { manyActions, writeChangeset } from "./changesets.ts";

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder("tidemark-terminal-");
  writeChangeset(folder.join("plan.changes"), [{ name: "media", actions: manyActions(500) }]);
  return () => folder[Symbol.asyncDispose]();
});

/** A shell with job control, as a person has one. */
function shell(): Pty {
  return startTerminal(["--norc", "--noprofile", "-i"], {
    command: "/bin/bash",
    cwd: folder.path,
    env: { PS1: "ready> ", CLI: process.execPath, HOME: folder.path },
  });
}

const MAIN = new URL("../../dist/main.js", import.meta.url).pathname;

/** The shell waits for a line. What is typed before that, the program that ends may take. */
function prompted(terminal: Pty): Promise<readonly string[]> {
  return terminal.until("the shell's prompt", (lines) => !terminal.modes().alternate && lines.findLast((line) => line !== "") === "ready>");
}

/** `stty` tells whether lines are edited and echoed, as a shell's programs expect it. */
async function expectSane(terminal: Pty): Promise<void> {
  terminal.type("stty -a | tr ' ;' '\\n\\n' | grep -xE -- '-?(icanon|echo|isig)' | tr -d '\\n'; echo =modes\r");
  await terminal.shows(/^\S*isig\S*=modes/m);
  expect(terminal.lines().findLast((each) => each.endsWith("=modes"))).toBe("isigicanonecho=modes");
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
}

test("Ctrl-Z gives the terminal to the shell, and fg takes it back where it was", async () => {
  await using terminal = shell();
  await terminal.shows("ready>");
  terminal.type(`$CLI ${MAIN} show plan.changes --browse\r`);
  await terminal.shows("q quit");
  terminal.press("enter");
  await terminal.shows("1 of 500");
  terminal.press("down", "down");
  await terminal.shows("3 of 500");
  terminal.press("ctrl-z");
  await terminal.shows("Stopped");
  await prompted(terminal);
  await expectSane(terminal);

  terminal.type("fg\r");
  await terminal.shows("3 of 500");
  expect(terminal.modes()).toMatchObject({ alternate: true, cursor: false });
  terminal.press("down");
  await terminal.shows("4 of 500");
  terminal.type("q");
  await prompted(terminal);
  await expectSane(terminal);
});

test("SIGSTOP, which nobody is told of: the screen is drawn again when it goes on", async () => {
  await using terminal = shell();
  await terminal.shows("ready>");
  terminal.type(`$CLI ${MAIN} show plan.changes --browse\r`);
  await terminal.shows("q quit");
  terminal.press("enter");
  await terminal.shows("1 of 500");
  // From another process: this shell waits for the browser.
  await using other = shell();
  await other.shows("ready>");
  other.type(`kill -STOP $(pgrep -P ${terminal.pid})\r`);
  await terminal.shows("Stopped");
  terminal.type("fg\r");
  await terminal.until("the list, drawn over what the shell wrote", (lines) => lines.join("\n").includes("1 of 500") && !lines.join("\n").includes("Stopped"));
  expect(terminal.modes().alternate).toBe(true);
  terminal.press("down");
  await terminal.shows("2 of 500");
  terminal.type("q");
  await prompted(terminal);
  await expectSane(terminal);
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s ends it, and the terminal is as it was", async (signal) => {
  await using terminal = startTerminal(["show", "plan.changes", "--browse"], { cwd: folder.path });
  await terminal.shows("q quit");
  terminal.kill(signal);
  const { code } = await terminal.exited;
  if (signal !== "SIGHUP") expect(code).toBe(130);
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
});

test("Ctrl-C ends it as an interrupt", async () => {
  await using terminal = startTerminal(["show", "plan.changes", "--browse"], { cwd: folder.path });
  await terminal.shows("q quit");
  terminal.press("ctrl-c");
  expect((await terminal.exited).code).toBe(130);
  expect(terminal.lines().join("\n")).toContain("Interrupted.");
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
});

test("after a crash the terminal is as it was, and the crash is read", async () => {
  await writeFile(folder.join("crash.mjs"), `process.on("SIGUSR2", () => setImmediate(() => { throw new Error("a deliberate crash"); }));\n`);
  await using terminal = shell();
  await terminal.shows("ready>");
  terminal.type(`$CLI --import ./crash.mjs ${MAIN} show plan.changes --browse\r`);
  await terminal.shows("q quit");
  await using other = shell();
  await other.shows("ready>");
  other.type(`kill -USR2 $(pgrep -P ${terminal.pid})\r`);
  await terminal.shows("a deliberate crash");
  await prompted(terminal);
  await expectSane(terminal);
});
