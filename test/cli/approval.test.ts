import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { makeTerminal } from "./terminal.ts";

async function twoFolders(): Promise<TemporaryFolder> {
  const folder = await temporaryFolder("tidemark-approval-");
  await mkdir(folder.join("from"));
  await mkdir(folder.join("to"));
  await writeFile(folder.join("from/a"), "a");
  await writeFile(folder.join("to/gone"), "gone");
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

test("apply shows the plan, says again what is lost, and takes yes", async () => {
  await using folder = await twoFolders();
  const terminal = makeTerminal();
  const ended = terminal.run("apply", folder.join("plan.yaml"));
  await terminal.shown('Only "yes" is accepted: ');
  const before = terminal.text();
  expect(before).toContain("Plan: 1 to copy, 0 to overwrite, 1 to delete");
  expect(before.lastIndexOf("1 object will be DELETED")).toBeGreaterThan(before.indexOf("Plan: 1 to copy"));
  await expect(stat(folder.join("to/a"))).rejects.toMatchObject({ code: "ENOENT" });

  terminal.type("yes");
  expect(await ended).toBe(0);
  expect(await readFile(folder.join("to/a"), "utf8")).toBe("a");
  await expect(stat(folder.join("to/gone"))).rejects.toMatchObject({ code: "ENOENT" });
});

test.each(["y", "", "YES", "yes please"])("%j is no yes: nothing is changed, also no state made", async (answer) => {
  await using folder = await twoFolders();
  const terminal = makeTerminal();
  const ended = terminal.run("apply", folder.join("plan.yaml"));
  await terminal.shown('Only "yes" is accepted: ');
  terminal.type(answer);
  expect(await ended).toBe(1);
  expect(terminal.text()).toContain("Not approved");
  for (const path of ["to/a", ".tidemark"]) await expect(stat(folder.join(path))).rejects.toMatchObject({ code: "ENOENT" });
});

test("Ctrl-C at the question is no yes", async () => {
  await using folder = await twoFolders();
  const terminal = makeTerminal();
  const ended = terminal.run("apply", folder.join("plan.yaml"));
  await terminal.shown('Only "yes" is accepted: ');
  terminal.press("\u0003");
  expect(await ended).toBe(130);
  await expect(stat(folder.join("to/a"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("nothing to do asks nothing", async () => {
  await using folder = await twoFolders();
  const terminal = makeTerminal();
  expect(await terminal.run("apply", folder.join("plan.yaml"), "--auto-approve")).toBe(0);
  expect(await terminal.run("apply", folder.join("plan.yaml"))).toBe(0);
  expect(terminal.text()).toContain("Nothing to do.");
  expect(terminal.text()).not.toContain("Only");
});

test("init asks for what it was not told", async () => {
  await using folder = await temporaryFolder();
  const terminal = makeTerminal();
  const ended = terminal.run("init", folder.join("media.yaml"));
  await terminal.shown("Copy from");
  terminal.type("s3://archive/media");
  await terminal.shown("Copy to");
  terminal.type("./media");
  expect(await ended).toBe(0);
  expect(await readFile(folder.join("media.yaml"), "utf8")).toContain('bucket: "archive"');
});

test("a terminal gets colours unless it says no", async () => {
  await using folder = await twoFolders();
  const plain = makeTerminal();
  await plain.run("plan", folder.join("plan.yaml"));
  const coloured = makeTerminal({ NO_COLOR: "" });
  await coloured.run("plan", folder.join("plan.yaml"));
  const refused = makeTerminal({ NO_COLOR: "" });
  await refused.run("plan", folder.join("plan.yaml"), "--no-color");
  const paint = /\u001b\[3\dm/;
  expect([plain.text(), coloured.text(), refused.text()].map((text) => paint.test(text))).toEqual([false, true, false]);
});
