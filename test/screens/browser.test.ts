import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { Action } from "../../src/changeset/action.ts";
import { type Pty, type PtyOptions, startTerminal } from "../support/terminal.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { conflict, copy, databaseActions, manyActions, overwrite, remove, writeChangeset } from "./changesets.ts";

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder("tidemark-screens-");
  writeChangeset(folder.join("mixed"), [
    {
      name: "media",
      actions: [copy("a.jpg", 400_000), overwrite("b.jpg", 900), remove("c.jpg", 5000), copy("d.jpg"), conflict("zz/clash.jpg")],
      notices: [{ code: "NO_CONDITIONS", message: "The store ignores If-Match.", hint: "Use another one." }],
    },
    { name: "shop", kind: "postgres", from: "postgres://old/shop", to: "postgres://new/shop", actions: databaseActions() },
  ]);
  writeChangeset(folder.join("many"), [{ name: "media", actions: manyActions(100_000) }]);
  return () => folder[Symbol.asyncDispose]();
});

async function browse(file: string, options: Partial<PtyOptions> = {}): Promise<Pty> {
  const terminal = startTerminal(["show", file, "--browse"], { cwd: folder.path, ...options });
  await terminal.shows("q quit");
  return terminal;
}

/** The line that the cursor is on. */
function selected(lines: readonly string[]): string {
  return lines.find((line) => line.startsWith("❯")) ?? "";
}

const cursorOn = (terminal: Pty, text: string | RegExp) =>
  terminal.until(`the cursor on ${text}`, (lines) => (typeof text === "string" ? selected(lines).includes(text) : text.test(selected(lines))));

test("what is lost and what warns stands first, then the syncs with counts and bytes", async () => {
  await using terminal = await browse("mixed");
  const text = terminal.lines().join("\n");
  expect(text).toContain("2 to copy, 1 to create");
  expect(text.indexOf("1 object will be DELETED")).toBeLessThan(text.indexOf("The store ignores If-Match."));
  expect(text.indexOf("The store ignores If-Match.")).toBeLessThan(text.indexOf("s3://archive/ → s3://cold/"));
  expect(text).toMatch(/- delete +1 object\n/);
  expect(text).toMatch(/\+ copy +2 objects +401 kB/);
  expect(text).toMatch(/~ replace +1 table, about 50 rows, 8\.2 kB/);
  expect(text).toContain("shop: 1 in conflict");
  expect(terminal.modes()).toMatchObject({ alternate: true, cursor: false });

  terminal.type("q");
  expect(await terminal.exited).toEqual({ code: 0, signal: undefined });
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
  expect(terminal.lines().join("").trim()).toBe("");
});

test("a warning opens in full", async () => {
  await using terminal = await browse("mixed");
  terminal.press("enter");
  const lines = await terminal.shows("Use another one.");
  expect(lines[0]).toContain("nightly › warning");
});

test("a sync opens, what destroys first; keys move, and one action is shown with both versions", async () => {
  await using terminal = await browse("mixed");
  terminal.press("down", "down", "down", "down");
  await cursorOn(terminal, "media  s3://archive/");
  terminal.press("enter");
  await cursorOn(terminal, /- c\.jpg +5 kB +not-in-source/);
  terminal.press("end");
  await cursorOn(terminal, "! zz/clash.jpg");
  terminal.type("g");
  terminal.press("down");
  await cursorOn(terminal, "~ b.jpg");
  terminal.press("enter");
  const lines = await terminal.shows("at the destination");
  expect(lines[0]).toContain("nightly › media › overwrite b.jpg");
  expect(lines.join("\n")).toMatch(/size +900 B +901 B\n/);
  expect(lines.join("\n")).toMatch(/changed +2024-05-01 10:00:00 +2024-05-01 10:00:00\n/);
  expect(lines.join("\n")).toMatch(/why +size\n/);
  terminal.press("right");
  await terminal.shows("copy a.jpg");
  terminal.press("escape");
  await cursorOn(terminal, "+ a.jpg");
  terminal.press("escape");
  await cursorOn(terminal, "media  s3://archive/");
});

test("of a database object the difference and the definition are shown, in colour", async () => {
  await using terminal = await browse("mixed");
  terminal.type("jj");
  await cursorOn(terminal, "shop: 1 in conflict");
  terminal.press("enter");
  await cursorOn(terminal, "function public.total()");
  terminal.press("enter");
  const lines = await terminal.shows("how they differ");
  const colorAt = (text: string) => terminal.cells(lines.findIndex((line) => line.startsWith(text)))[0]?.color;
  expect(colorAt("-    AS")).toBe(1);
  expect(colorAt("+    AS")).toBe(2);

  terminal.press("escape");
  await cursorOn(terminal, "function public.total()");
  // Backwards from the conflicts: what is created.
  terminal.type("[");
  await cursorOn(terminal, "+ table public.orders");
  terminal.press("enter");
  const ddl = await terminal.shows("CREATE TABLE public.orders (");
  expect(ddl.join("\n")).toMatch(/owner +shop\n/);
  const row = ddl.findIndex((line) => line.includes("DEFAULT 'it''s'"));
  const at = ddl[row]?.indexOf("'it") ?? -1;
  expect(terminal.cells(row)[at]).toMatchObject({ text: "'", color: 2 });
});

describe("100,000 actions", () => {
  test("the last page is one key away, and so is the first", async () => {
    await using terminal = await browse("many");
    terminal.press("enter");
    await terminal.shows("1 of 100,000");
    terminal.press("end");
    await cursorOn(terminal, "+ photos/0099/img-0099998.jpg");
    await terminal.shows("100,000 of 100,000");
    terminal.press("pageUp");
    await cursorOn(terminal, /img-00999\d\d\.jpg/);
    terminal.press("home");
    await cursorOn(terminal, "- photos/0000/img-0000099.jpg");
    terminal.press("pageDown");
    await terminal.shows(/2\d of 100,000/);
  });

  test("search goes on to the next match, around the end, and back", async () => {
    await using terminal = await browse("many");
    terminal.press("enter");
    await terminal.shows("1 of 100,000");
    terminal.type("/IMG-005432");
    terminal.press("enter");
    // Capital letters are meant.
    await terminal.shows("Not found: IMG-005432");
    terminal.type("/img-005432");
    terminal.press("enter");
    await cursorOn(terminal, "~ photos/0054/img-0054329.jpg");
    terminal.type("n");
    await cursorOn(terminal, "+ photos/0054/img-0054320.jpg");
    terminal.type("n");
    await cursorOn(terminal, "+ photos/0054/img-0054321.jpg");
    terminal.type("NN");
    await cursorOn(terminal, "~ photos/0054/img-0054329.jpg");
    terminal.type("N");
    await cursorOn(terminal, "+ photos/0054/img-0054328.jpg");
    await terminal.shows("The beginning was passed: on from the end.");
    const row = terminal.lines().findIndex((line) => line.includes("img-0054327"));
    const column = terminal.lines()[row]?.indexOf("img-005432") ?? -1;
    expect(terminal.cells(row)[column]?.underline).toBe(true);
  });

  test("a filter by action, reason and text counts what it lets through", async () => {
    await using terminal = await browse("many");
    terminal.press("enter");
    await terminal.shows("1 of 100,000");
    terminal.type("faction:over reason:size 777");
    terminal.press("enter");
    const wanted = [...manyActions(100_000)].filter(({ action, key }) => action === "overwrite" && key.includes("777"));
    await terminal.shows(`1 of ${wanted.length}`);
    expect(selected(terminal.lines())).toContain(wanted[0]?.key);
    terminal.press("end");
    await cursorOn(terminal, wanted.at(-1)?.key ?? "?");
    terminal.press("escape");
    await terminal.shows("1 of 100,000");
    terminal.press("tab");
    await terminal.shows("1 of 1,000");
    terminal.type("r");
    await terminal.shows("filter: reason:absent");
    await terminal.shows("Nothing matches.");
  });
});

test("help names the keys, and is left again", async () => {
  await using terminal = await browse("mixed");
  terminal.type("?");
  const lines = await terminal.shows("the next match, the one before");
  expect(lines.join("\n")).not.toContain("approve");
  terminal.press("escape");
  await terminal.shows("s3://archive/");
});

test("nothing can be approved where nothing would be applied", async () => {
  await using terminal = await browse("mixed");
  terminal.type("a?");
  const lines = await terminal.shows("half a page");
  expect(lines.join("\n")).not.toContain("yes");
});

test("wide, combining and emoji keys stay in their columns", async () => {
  const keys = ["ascii.jpg", "写真/休暇.jpg", "🎉🎉.jpg", "e\u0301te\u0301.jpg", "한국어/사진.jpg", `${"長い名前".repeat(30)}.jpg`];
  writeChangeset(folder.join("wide"), [{ name: "media", actions: keys.map((key) => copy(key, 4000)) }]);
  await using terminal = await browse("wide", { columns: 72 });
  terminal.press("enter");
  await terminal.shows("1 of 6");
  const lines = terminal.lines();
  const columns = keys.map((_, at) => {
    const row = lines.findIndex((line) => line.startsWith("❯")) + at;
    const cells = terminal.cells(row);
    const text = cells.map((cell) => cell.text);
    const found = text.findIndex((each, index) => each === "k" && text[index + 1] === "B");
    return cells[found]?.column;
  });
  expect(new Set(columns)).toEqual(new Set([columns[0]]));
  expect(columns[0]).toBeGreaterThan(0);
  expect(lines.join("\n")).toContain("写真/休暇.jpg");
});

test("keys that would move the cursor, ring or turn text around are shown, and do nothing", async () => {
  const hostile: Action[] = [
    copy("\u001b[2J\u001b[H\u001b]0;owned\u0007"),
    copy("\u202Egpj.exe"),
    copy("line\nbreak\r\nand\ttab"),
    copy("\u009b31mred"),
    copy("zero\u200bwidth"),
    copy("\u001b[?1049l"),
  ];
  writeChangeset(folder.join("hostile"), [
    { name: "me\u001b[31mdia", from: "s3://\u001b[2J/", actions: hostile, notices: [{ code: "X", message: "\u001b]0;owned\u0007", hint: undefined }] },
  ]);
  await using terminal = await browse("hostile");
  terminal.press("down", "enter");
  await terminal.shows("1 of 6");
  const text = terminal.lines().join("\n");
  expect(text).toContain(String.raw`\x1b[2J\x1b[H\x1b]0;owned\x07`);
  expect(text).toContain(String.raw`\u{202e}gpj.exe`);
  expect(text).toContain(String.raw`line\x0abreak\x0d\x0aand\x09tab`);
  for (const _ of hostile) {
    terminal.press("enter");
    await terminal.shows("at the source");
    terminal.press("escape");
    await terminal.shows("of 6");
    terminal.press("down");
  }
  expect(terminal.raw()).not.toContain("owned\u0007");
  expect(terminal.raw()).not.toMatch(/\u202e|\u009b|\u200b/);
  expect(terminal.modes().alternate).toBe(true);
});

test("a screen of any size is what it would be had the terminal always been as large", async () => {
  await using terminal = await browse("mixed", { columns: 40, rows: 10 });
  terminal.type("?");
  await terminal.shows("one line");
  for (const [columns, rows] of [
    [300, 40],
    [41, 10],
    [100, 30],
    [60, 12],
  ] as const) {
    await using fresh = await browse("mixed", { columns, rows });
    fresh.type("?");
    const wanted = await fresh.shows("one line");
    terminal.resize(columns, rows);
    expect(await terminal.until(`the help in ${columns} columns`, (lines) => lines.join("\n") === wanted.join("\n"))).toHaveLength(rows);
  }
});

test.each([
  [40, 10],
  [80, 24],
  [300, 50],
])("no line is broken and the last row stays free in %d columns and %d rows", async (columns, rows) => {
  await using terminal = await browse("mixed", { columns, rows });
  for (const keys of ["", "G\r", "\r", "\u001b", "\u001b", "?"]) {
    terminal.type(keys);
    await terminal.shows("? help");
    expect(terminal.lines()[0]).toMatch(/^ nightly/);
    expect(terminal.lines()[rows - 1]).toBe("");
    expect(terminal.lines()[rows - 2]).toContain("q quit");
  }
});

describe("colours", () => {
  const styled = (terminal: Pty) =>
    terminal
      .lines()
      .flatMap((_, row) => terminal.cells(row))
      .filter(({ color, background, bold, dim, inverse }) => color !== undefined || background !== undefined || bold || dim || inverse);

  test("are the terminal's own 16", async () => {
    await using terminal = await browse("mixed");
    const colors = new Set(styled(terminal).map(({ color }) => color));
    expect([...colors].filter((color) => color !== undefined && color > 15)).toEqual([]);
    expect(colors).toContain(1);
    expect(terminal.raw()).not.toMatch(/\u001b\[[34]8;/);
  });

  test.each([{ NO_COLOR: "1" }, { FORCE_COLOR: "0" }])("are left out with %o", async (env) => {
    await using terminal = await browse("mixed", { env });
    terminal.press("enter");
    await terminal.shows("Use another one.");
    expect(styled(terminal)).toEqual([]);
    expect(terminal.raw()).not.toMatch(/\u001b\[[0-9;]*m/);
  });

  test("are left out with --no-color", async () => {
    await using terminal = startTerminal(["show", "mixed", "--browse", "--no-color"], { cwd: folder.path });
    await terminal.shows("q quit");
    expect(styled(terminal)).toEqual([]);
  });
});

describe("where nothing can be drawn", () => {
  test("TERM=dumb is told, before anything is read", async () => {
    await using terminal = startTerminal(["show", "missing", "--browse"], { cwd: folder.path, env: { TERM: "dumb" } });
    await terminal.shows("[TERMINAL_NEEDED]");
    expect((await terminal.exited).code).toBe(1);
    expect(terminal.raw()).not.toContain("\u001b[?1049h");
  });

  test("without a terminal it is refused, and without --browse nothing is drawn", async () => {
    const run = promisify(execFile);
    const cli = new URL("../../dist/main.js", import.meta.url).pathname;
    await expect(run(process.execPath, [cli, "show", "mixed", "--browse"], { cwd: folder.path })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("TERMINAL_NEEDED"),
    });
    const { stdout, stderr } = await run(process.execPath, [cli, "show", "mixed"], { cwd: folder.path });
    expect(stdout).toContain("Plan: 2 to copy");
    expect(stdout + stderr).not.toContain("\u001b");
  });
});
