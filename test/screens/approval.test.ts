import { mkdir, readdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Pty, startTerminal } from "../support/terminal.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";

/** A folder to copy from, and one that has something to lose. */
async function twoFolders(): Promise<TemporaryFolder> {
  const folder = await temporaryFolder("tidemark-approval-");
  await mkdir(folder.join("from"));
  await mkdir(folder.join("to"));
  await writeFile(folder.join("from/new"), "new");
  await writeFile(folder.join("from/changed"), "changed");
  await writeFile(folder.join("to/changed"), "x".repeat(1500));
  await writeFile(folder.join("to/gone"), "x".repeat(2500));
  await writeFile(
    folder.join("plan.yaml"),
    `version: 1
name: nightly
locations:
  left: { type: directory, path: ./from }
  right: { type: directory, path: ./to }
syncs:
  media: { from: left, to: right, delete: true }
`,
  );
  return folder;
}

const QUESTION = "Apply the plan nightly?";

async function ask(folder: TemporaryFolder, ...args: readonly string[]): Promise<Pty> {
  const terminal = startTerminal(["apply", "plan.yaml", ...args], { cwd: folder.path });
  await terminal.shows(/^> ▏$/m);
  return terminal;
}

const names = async (folder: TemporaryFolder) => (await readdir(folder.join("to"))).toSorted();

test("says again what is deleted and overwritten, with bytes and examples, and takes yes", async () => {
  await using folder = await twoFolders();
  await using terminal = await ask(folder);
  const lines = await terminal.shows("4 kB are there now.");
  const asked = lines.slice(lines.findIndex((line) => line.startsWith("Plan ID:"))).join("\n");
  expect(asked).toContain("media: 1 object will be DELETED at the destination.");
  expect(asked).toContain("media: 1 object will be OVERWRITTEN at the destination.");
  expect(asked).toContain("\n  - gone\n  ~ changed\n");
  expect(asked).toContain(QUESTION);
  terminal.type("yes");
  await terminal.shows("> yes▏");
  expect(await names(folder)).toEqual(["changed", "gone"]);
  terminal.press("enter");
  expect((await terminal.exited).code).toBe(0);
  expect(await names(folder)).toEqual(["changed", "new"]);
  const text = terminal.history().join("\n");
  expect(text).toContain("\n> yes\n");
  expect(text).toContain("Applied in");
  expect(text.match(/Apply the plan nightly\?/g)).toHaveLength(1);
});

test.each(["no", "y", "YES", "yes please", ""])("%j is no yes", async (answer) => {
  await using folder = await twoFolders();
  await using terminal = await ask(folder);
  terminal.type(`${answer}\r`);
  expect((await terminal.exited).code).toBe(1);
  expect(terminal.history().join("\n")).toContain("Not approved: nothing was changed.");
  expect(await names(folder)).toEqual(["changed", "gone"]);
});

test("what was typed can be taken back", async () => {
  await using folder = await twoFolders();
  await using terminal = await ask(folder);
  terminal.type("yess");
  terminal.press("backspace");
  await terminal.shows("> yes▏");
  terminal.press("ctrl-u");
  await terminal.shows(/^> ▏$/m);
  terminal.press("escape");
  expect((await terminal.exited).code).toBe(1);
  expect(await names(folder)).toEqual(["changed", "gone"]);
});

test.each(["ctrl-c", "SIGTERM"] as const)("%s at the question changes nothing", async (how) => {
  await using folder = await twoFolders();
  await using terminal = await ask(folder);
  terminal.type("ye");
  await terminal.shows("> ye▏");
  if (how === "SIGTERM") terminal.kill(how);
  else terminal.press(how);
  expect((await terminal.exited).code).toBe(130);
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
  expect(await names(folder)).toEqual(["changed", "gone"]);
});

test("the browser opens from the question; there another word approves nothing, and leaving asks again", async () => {
  await using folder = await twoFolders();
  await using terminal = await ask(folder);
  terminal.type("b\r");
  await terminal.shows("a approve");
  expect(terminal.modes().alternate).toBe(true);
  terminal.type("a");
  const page = await terminal.shows('Only "yes" is accepted: ▏');
  expect(page.join("\n")).toContain("media: 1 object will be DELETED at the destination.");
  terminal.type("ja\r");
  await terminal.shows("Not approved. Nothing was changed.");
  terminal.type("q");
  await terminal.until("the question", (lines) => !terminal.modes().alternate && lines.some((line) => line === "> ▏"));
  terminal.type("no\r");
  expect((await terminal.exited).code).toBe(1);
  expect(await names(folder)).toEqual(["changed", "gone"]);
});

test("approved from within the browser", async () => {
  await using folder = await twoFolders();
  await using terminal = startTerminal(["apply", "plan.yaml", "--browse"], { cwd: folder.path });
  await terminal.shows("a approve");
  terminal.type("a");
  await terminal.shows('Only "yes" is accepted: ▏');
  terminal.type("yes\r");
  expect((await terminal.exited).code).toBe(0);
  expect(terminal.history().join("\n")).toMatch(/Plan: 1 to copy[\s\S]*Approved\.[\s\S]*Applied in/);
  expect(await names(folder)).toEqual(["changed", "new"]);
});

test("the question fits into 40 columns and 10 rows", async () => {
  await using folder = await twoFolders();
  await using terminal = startTerminal(["apply", "plan.yaml"], { cwd: folder.path, columns: 40, rows: 10 });
  const lines = await terminal.shows("> ▏");
  expect(lines.join("\n")).toContain(QUESTION);
  terminal.type("no\r");
  expect((await terminal.exited).code).toBe(1);
});

test.each([
  ["TERM=dumb", ["apply", "plan.yaml"], { TERM: "dumb" }],
  ["--progress plain, for a screen reader", ["apply", "plan.yaml", "--progress", "plain"], {}],
])("%s: the same in lines", async (_, args, env) => {
  await using folder = await twoFolders();
  await using terminal = startTerminal(args, { cwd: folder.path, env });
  const lines = await terminal.shows('Only "yes" is accepted:');
  expect(lines.join("\n")).toContain("4 kB are there now.");
  terminal.type("yes\r");
  expect((await terminal.exited).code).toBe(0);
  expect(await names(folder)).toEqual(["changed", "new"]);
  expect(terminal.raw()).not.toMatch(/\u001b\[\?(1049|2026)/);
});

test("--browse opens a plan without changes too; with an answer given beforehand it is refused", async () => {
  await using folder = await twoFolders();
  await using first = startTerminal(["apply", "plan.yaml", "--auto-approve", "--browse"], { cwd: folder.path });
  expect((await first.exited).code).toBe(1);
  expect(first.history().join("\n")).toContain("[USAGE]");
  await using second = startTerminal(["apply", "plan.yaml", "--auto-approve"], { cwd: folder.path });
  expect((await second.exited).code).toBe(0);
  await using terminal = startTerminal(["apply", "plan.yaml", "--browse"], { cwd: folder.path });
  await terminal.shows("No changes.");
  await terminal.shows("q quit");
  terminal.type("q");
  expect((await terminal.exited).code).toBe(0);
});
