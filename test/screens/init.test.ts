import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startS3Server } from "../support/s3-server/index.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { type Pty, type PtyOptions, startTerminal } from "../support/terminal.ts";
import { startCli } from "../e2e/cli.ts";

async function home(): Promise<TemporaryFolder> {
  const folder = await temporaryFolder("tidemark-init-");
  await mkdir(folder.join("photos"));
  await writeFile(folder.join("photos/a"), "a");
  return folder;
}

function init(folder: TemporaryFolder, options: Partial<PtyOptions> = {}, ...args: readonly string[]): Pty {
  return startTerminal(["init", "media.yaml", ...args], { cwd: folder.path, ...options, env: { HOME: folder.path, ...options.env } });
}

const validate = async (folder: TemporaryFolder, env: Readonly<Record<string, string>> = {}) =>
  (await startCli(["validate", "media.yaml"], { cwd: folder.path, env: { HOME: folder.path, ...env } }).finished).code;

test("two folders: looked at while typed, tried when entered, and a plan that validates at the end", async () => {
  await using folder = await home();
  await using terminal = init(folder);
  await terminal.shows(/^> ▏$/m);
  terminal.type("./phot");
  await terminal.shows("! There is no");
  terminal.type("os");
  await terminal.shows("photos is a directory.");
  terminal.press("enter");
  await terminal.shows(/✓ Copy from \.\/photos +tried: 2 of 2 passed/);
  terminal.type("./backup");
  await terminal.shows("backup is not there yet; it is made.");
  terminal.press("enter");
  await terminal.shows("› overwrite");
  terminal.press("down");
  await terminal.shows("› skip");
  terminal.press("enter");
  await terminal.shows("› no");
  terminal.press("down", "enter");
  await terminal.shows("> 100▏");
  terminal.press("ctrl-u");
  terminal.type("7");
  terminal.press("enter");
  await terminal.shows("Write media.yaml?");
  await terminal.shows(/maxDeletes: 7/);
  await expect(stat(folder.join("media.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
  terminal.press("enter");
  expect((await terminal.exited).code).toBe(0);
  expect(terminal.history().join("\n")).toContain("Wrote media.yaml. See what it would do: tidemark plan media.yaml");

  const text = await readFile(folder.join("media.yaml"), "utf8");
  expect(text).toMatch(/^# yaml-language-server: \$schema=https:/);
  expect(text).toMatch(/^ {4}onExisting: skip +# /m);
  expect(text).toMatch(/^ {4}delete: true +# /m);
  expect(text).toContain("maxDeletes: 7");
  expect(await validate(folder)).toBe(0);
  // What was tried left nothing behind.
  expect((await readdir(folder.path)).filter((name) => !name.startsWith(".")).toSorted()).toEqual(["media.yaml", "photos"]);
  expect(await readdir(folder.join("photos"))).toEqual(["a"]);
});

test("Ctrl-C leaves nothing, wherever it comes", async () => {
  for (const typed of [[], ["./photos\r"], ["./photos\r", "./backup\r", "\r", "\r"]]) {
    await using folder = await home();
    await using terminal = init(folder);
    await terminal.shows("Copy from");
    for (const [at, text] of typed.entries()) {
      await terminal.shows(["Copy from\n", "Copy to\n", "overwrite", "› no"][at] ?? "");
      terminal.type(text);
    }
    await terminal.shows(typed.length === 4 ? "Write media.yaml?" : typed.length === 1 ? "Copy to\n" : "Copy from\n");
    terminal.press("ctrl-c");
    expect((await terminal.exited).code).toBe(130);
    expect((await readdir(folder.path)).filter((name) => !name.startsWith("."))).toEqual(["photos"]);
    expect(terminal.modes()).toEqual({ alternate: false, cursor: true, bracketedPaste: false });
  }
});

test("a destination within the source is refused where it is typed", async () => {
  await using folder = await home();
  await using terminal = init(folder);
  await terminal.shows("Copy from");
  terminal.type("./photos\r");
  await terminal.shows("Copy to\n");
  terminal.type("./photos/sub\r");
  await terminal.shows(/✗ .*lie in each other\. \[ENDS_OVERLAP\][^]*Enter: go on/);
  terminal.press("ctrl-u");
  terminal.type("./backup\r");
  await terminal.shows("› overwrite");
  expect(await readdir(folder.join("photos"))).toEqual(["a"]);
  terminal.press("ctrl-c");
  expect((await terminal.exited).code).toBe(130);
});

test.each(["\r", "\n", "\r\n"])("of pasted lines only the first is an answer: %j between them", async (end) => {
  await using folder = await home();
  await using terminal = init(folder);
  await terminal.shows("Copy from");
  terminal.type(`./photos${end}./backup${end}`);
  await terminal.shows(/✓ Copy from \.\/photos +tried: 2 of 2 passed/);
  await terminal.shows(/^> ▏$/m);
  terminal.press("ctrl-c");
  expect((await terminal.exited).code).toBe(130);
});

test("Escape goes back to what was answered, which stands there again", async () => {
  await using folder = await home();
  await using terminal = init(folder);
  await terminal.shows("Copy from");
  terminal.type("./photos\r");
  await terminal.shows("Copy to\n");
  terminal.press("escape");
  await terminal.shows("> ./photos▏");
  terminal.press("ctrl-u");
  terminal.type("./other\r");
  await terminal.shows("There is no folder");
  await terminal.shows("Enter again: take it all the same");
  // Edited, it is tried again.
  terminal.press("backspace");
  await terminal.until("no warning", (lines) => !lines.join("\n").includes("Enter again"));
  terminal.type("x\r");
  await terminal.shows("Enter again");
  terminal.press("enter");
  await terminal.shows(/! Copy from \.\/othex\n +✗ There is no folder/);
});

test("a store with keys: the secret is never shown nor written, and the plan names variables", async () => {
  await using folder = await home();
  await using server = await startS3Server({ buckets: ["archive"], secretAccessKey: "Qz7-never-shown" });
  await using terminal = init(folder, { env: { AWS_EC2_METADATA_DISABLED: "true" } });
  await terminal.shows("Copy from");
  terminal.type("s3://archive/media");
  await terminal.shows("Bucket archive, beneath media/");
  terminal.press("enter");
  await terminal.shows("Endpoint");
  terminal.type("nonsense\r");
  await terminal.shows("An endpoint begins with http:// or https://.");
  terminal.press("ctrl-u");
  terminal.type(`${server.endpoint}\r`);
  await terminal.shows("› the usual chain");
  terminal.type("3\r");
  await terminal.shows("Access key ID");
  terminal.type(`${server.accessKeyId}\r`);
  await terminal.shows("Secret access key");
  terminal.type("wrong");
  await terminal.shows("> •••••▏");
  terminal.press("enter");
  await terminal.shows("Enter again");
  await terminal.shows("[CREDENTIALS_REJECTED]");
  terminal.press("ctrl-u");
  terminal.type(`${server.secretAccessKey}\r`);
  await terminal.shows(/✓ Secret access key •••••• +tried/);
  terminal.type("./copy\r");
  await terminal.shows("› overwrite");
  terminal.press("enter");
  await terminal.shows("› no");
  terminal.press("enter");
  await terminal.shows("Write media.yaml?");
  terminal.press("enter");
  expect((await terminal.exited).code).toBe(0);
  const shown = terminal.history().join("\n");
  expect(shown).toMatch(/Set before you use it.*\n +export SOURCE_ACCESS_KEY_ID=…\n +export SOURCE_SECRET_ACCESS_KEY=…/);
  const text = await readFile(folder.join("media.yaml"), "utf8");
  expect(text).toContain('credentials: { accessKeyId: "${SOURCE_ACCESS_KEY_ID}", secretAccessKey: "${SOURCE_SECRET_ACCESS_KEY}" }');
  expect(text).toContain('from: { location: source, prefix: "media/" }');
  for (const all of [text, terminal.raw()]) expect(all).not.toContain("never-shown");
  expect(await validate(folder, { SOURCE_ACCESS_KEY_ID: "a", SOURCE_SECRET_ACCESS_KEY: "b" })).toBe(0);
  // Only looked at.
  expect(server.requests.list.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
});

test("a password that is typed into a URL is hidden at once, and does not reach the plan", async () => {
  await using folder = await home();
  await using terminal = init(folder);
  await terminal.shows("Copy from");
  terminal.type("postgres://owner:hunter2@127.0.0.1:1/shop");
  await terminal.shows("> postgres://owner:••••••@127.0.0.1:1/shop▏");
  await terminal.shows("The password is only used to try it.");
  terminal.press("enter");
  await terminal.shows(/✗ .*\[POSTGRES_UNREACHABLE\]/);
  terminal.press("enter");
  await terminal.shows("Copy to\n");
  terminal.type("./folder");
  await terminal.shows("A database cannot be synced with a store of objects.");
  terminal.press("ctrl-u");
  await terminal.shows(/^> ▏\n(?!✗)/m);
  // What no plan can say is not taken, when it is given either.
  terminal.type("./folder\r");
  await terminal.shows(/A database cannot be synced[^]*Enter: go on/);
  terminal.press("ctrl-u");
  terminal.type("postgres://owner@127.0.0.1:1/shop\r");
  // Both are one database: no plan may say so.
  await terminal.shows(/✗ .*\[ENDS_OVERLAP\]/);
  terminal.type("2\r");
  await terminal.shows("Enter again");
  terminal.press("enter");
  await terminal.shows("Roles of the server");
  terminal.press("enter");
  await terminal.shows("› report");
  terminal.press("enter");
  await terminal.shows("Write media.yaml?");
  terminal.press("enter");
  expect((await terminal.exited).code).toBe(0);
  const text = await readFile(folder.join("media.yaml"), "utf8");
  expect(text).toContain('url: "postgres://owner@127.0.0.1:1/shop"\n    password: "${SOURCE_PASSWORD}"');
  for (const all of [text, terminal.raw()]) expect(all).not.toContain("hunter2");
  expect(await validate(folder, { SOURCE_PASSWORD: "a" })).toBe(0);
});

test("a file that is there is refused before anything is asked, and written over where that is said", async () => {
  await using folder = await home();
  await writeFile(folder.join("media.yaml"), "mine");
  await using refused = init(folder);
  expect((await refused.exited).code).toBe(1);
  expect(refused.history().join("\n")).toContain("--force");
  expect(refused.history().join("\n")).not.toContain("Copy from");
  await using forced = init(folder, {}, "--force", "--from", "./photos", "--to", "./b");
  expect((await forced.exited).code).toBe(0);
  expect(await readFile(folder.join("media.yaml"), "utf8")).toContain("name: media");
});

test("what options say is not asked", async () => {
  await using folder = await home();
  await using terminal = init(folder, {}, "--from", "./photos", "--on-existing", "fail", "--delete", "3");
  await terminal.shows("Copy to\n");
  terminal.type("./backup\r");
  await terminal.shows("Write media.yaml?");
  terminal.press("enter");
  expect((await terminal.exited).code).toBe(0);
  const text = await readFile(folder.join("media.yaml"), "utf8");
  expect(text).toMatch(/onExisting: fail/);
  expect(text).toMatch(/maxDeletes: 3/);
});

test("fits 40 columns and 10 rows, and escapes what could move the cursor", async () => {
  await using folder = await home();
  await using terminal = init(folder, { columns: 40, rows: 10 });
  await terminal.shows("Copy from");
  terminal.type(`./${"long-name-".repeat(8)}\u200bend`);
  await terminal.shows(/> ….*u\{200b\}end▏/);
  terminal.press("enter");
  await terminal.shows("Enter again");
  terminal.press("enter");
  await terminal.shows("Copy to");
  terminal.type("./b\r");
  await terminal.shows("› overwrite");
  terminal.press("enter");
  await terminal.shows("› no");
  terminal.press("enter");
  const lines = await terminal.shows("Write media.yaml?");
  expect(lines.join("\n")).toContain("│ ");
  terminal.press("pageDown");
  await terminal.shows("type: directory");
  terminal.press("ctrl-c");
  expect((await terminal.exited).code).toBe(130);
});
