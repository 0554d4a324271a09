import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { CLI, startCli } from "./cli.ts";
import { temporaryFolder } from "../support/temp.ts";

async function inFolder(
  use: (run: (...args: readonly string[]) => ReturnType<typeof startCli>["finished"], folder: Awaited<ReturnType<typeof temporaryFolder>>) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder("tidemark-usage-");
  await use((...args) => startCli(args, { cwd: folder.path, env: { HOME: folder.path } }).finished, folder);
}

test("help is one screen, with examples before options, and goes to stdout", () =>
  inFolder(async (run) => {
    for (const args of [["--help"], ["plan", "--help"], ["state", "rebuild", "--help"], ["help", "apply"]]) {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout.split("\n").length).toBeLessThan(50);
      expect(stdout.indexOf("Examples")).toBeGreaterThan(0);
      expect(stdout.indexOf("Examples")).toBeLessThan(stdout.indexOf("Options"));
      expect(stdout).toContain("Exit codes");
    }
  }));

test.each([
  [["plam", "x.yaml"], /Did you mean plan\?/],
  [["plan", "--detailed-exit-code", "x.yaml"], /--detailed-exitcode/],
  [["state", "lsit", "x.yaml"], /Did you mean list\?/],
  [["plan"], /missing required argument 'PLAN'/i],
  [["apply", "x.yaml", "--progress", "fast"], /auto, tty, plain, json, none/],
  [["compare", "x.yaml", "--level", "objects,value"], /Did you mean values\?/],
  [["completion", "tcsh"], /bash, zsh, fish/],
  [["help", "paln"], /Unknown command 'paln'[^]*Did you mean plan\?/],
  [["help", "state", "unlokc"], /Unknown command 'unlokc'[^]*Did you mean unlock\?/],
  [["apply", "x.yaml", "--retry-failed"], /For example: tidemark apply media\.yaml --retry-failed 3f2a\n/],
  [["apply", "x.yaml", "--html"], /Write its value behind it: --html <file>\.\n/],
])("%j is refused with what was meant", (args, hint) =>
  inFolder(async (run) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(hint);
  }),
);

test("wrong usage is an object too where objects are asked for", () =>
  inFolder(async (run) => {
    const refused = await run("plan", "--json", "--nope");
    expect(refused.code).toBe(1);
    expect(refused.json()).toMatchObject([{ type: "version" }, { type: "error", code: "USAGE" }]);
  }));

test("a plan file that is missing, a folder, or no text is said to be so", () =>
  inFolder(async (run, folder) => {
    await mkdir(folder.join("folder"));
    for (const command of ["validate", "plan", "check", "history", "compare"]) {
      const missing = await run(command, "nothing.yaml");
      expect([missing.code, missing.stdout + missing.stderr]).toEqual([1, expect.stringContaining("nothing.yaml")]);
      const directory = await run(command, "folder");
      expect([directory.code, directory.stdout + directory.stderr]).toEqual([1, expect.stringMatching(/folder|directory/i)]);
      expect(missing.stderr + directory.stderr).not.toContain("bug in Tidemark");
    }
    const shown = await run("show", "folder");
    expect([shown.code, shown.stderr]).toEqual([1, expect.stringContaining("CHANGESET_UNREADABLE")]);
    const missing = await run("show", "nothing");
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("there is no such file")]);
    expect(missing.stderr).not.toContain("ENOENT");
  }));

test("the schema is JSON, and completion knows the commands", () =>
  inFolder(async (run) => {
    const schema = JSON.parse((await run("schema")).stdout);
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, stdout } = await run("completion", shell);
      expect(code).toBe(0);
      for (const word of ["validate", "rebuild", "detailed-exitcode"]) expect(stdout).toContain(word);
    }
  }));

test("bash completes commands, options and files by the script it is given", () =>
  inFolder(async (run, folder) => {
    await writeFile(folder.join("completion.bash"), (await run("completion", "bash")).stdout);
    await writeFile(folder.join("media.yaml"), "");
    const complete = async (words: string[]) => {
      const script = `source ./completion.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _tidemark; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return (await promisify(execFile)("bash", ["-c", script], { cwd: folder.path })).stdout.trim().split("\n");
    };
    expect(await complete(["tidemark", "va"])).toEqual(["validate"]);
    expect(await complete(["tidemark", "plan", "--det"])).toEqual(["--detailed-exitcode"]);
    expect(await complete(["tidemark", "state", "re"])).toEqual(["rebuild"]);
    expect(await complete(["tidemark", "plan", "med"])).toEqual(["media.yaml"]);
  }));

test("init writes a plan that validates, with the editor's modeline, and never over another", () =>
  inFolder(async (run, folder) => {
    const made = await run("init", "Media & more.yaml", "--from", "s3://archive/media", "--to", "./media");
    expect(made.code, made.stderr).toBe(0);
    const text = await readFile(folder.join("Media & more.yaml"), "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=/);
    expect(text).toContain("name: media-more");
    expect((await run("validate", "Media & more.yaml")).code).toBe(0);

    const again = await run("init", "Media & more.yaml", "--from", "s3://other", "--to", "./media");
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("FILE_EXISTS")]);
    expect(await readFile(folder.join("Media & more.yaml"), "utf8")).toBe(text);
  }));

test.each([
  ["./a", "s3://archive"],
  ["postgres://owner@db/shop", "postgres://owner@replica/shop"],
  ["/mnt/a: #odd 'path\"", "./$HOME 100%"],
])("init from %s to %s validates", (from, to) =>
  inFolder(async (run) => {
    const made = await run("init", "first.yaml", "--from", from, "--to", to);
    expect(made.code, made.stderr).toBe(0);
  }),
);

test("init names the flag where nobody can be asked, and writes nothing", () =>
  inFolder(async (run, folder) => {
    const refused = await run("init");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--from")]);
    await expect(stat(folder.join("tidemark.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
  }));

const BROKEN = `version: 1
name: broken
locations:
  a: { type: directory, paht: ./a }
  b: { type: directory, path: ./b }
syncs:
  one: { from: a, to: c }
`;

test("validate says all that is wrong, in every format", () =>
  inFolder(async (run, folder) => {
    await writeFile(folder.join("broken.yaml"), BROKEN);
    const formats = { human: /paht/, json: /"line":4/, github: /^::error file=broken.yaml,line=4/m, sarif: /"startLine": 4/, junit: /<failure type=/ };
    for (const [format, wanted] of Object.entries(formats)) {
      const { code, stdout } = await run("validate", "broken.yaml", "--format", format);
      expect(code).toBe(1);
      expect(stdout).toMatch(wanted);
    }
    const sarif = JSON.parse((await run("validate", "broken.yaml", "--format", "sarif")).stdout);
    expect(sarif).toMatchObject({ version: "2.1.0", runs: [{ results: expect.arrayContaining([expect.objectContaining({ level: "error" })]) }] });
    const lines = (await run("validate", "broken.yaml", "--json")).json();
    expect(lines[0]).toMatchObject({ type: "version" });
    expect(lines.slice(1).every(({ type, file }) => type === "diagnostic" && file === "broken.yaml")).toBe(true);
  }));

test("a reader that goes away early is no error", () =>
  inFolder(async (_run, folder) => {
    const { stdout, stderr } = await promisify(execFile)(
      "bash",
      ["-c", `set -o pipefail; '${process.execPath}' '${CLI}' schema | head -c 10; echo " \${PIPESTATUS[0]}"`],
      { cwd: folder.path },
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(/ 0\n$/);
  }));

test("a report is written over an earlier one only, never over a plan by a slip", () =>
  inFolder(async (run, folder) => {
    await mkdir(folder.join("from"));
    await writeFile(folder.join("from/a"), "a");
    const plan =
      "version: 1\nname: slip\nlocations:\n  here: { type: directory, path: from }\n  there: { type: directory, path: to }\nsyncs:\n  all: { from: here, to: there }\n";
    await writeFile(folder.join("plan.yaml"), plan);
    const slip = await run("plan", "plan.yaml", "--markdown", "plan.yaml");
    expect([slip.code, slip.stderr]).toEqual([1, expect.stringContaining("FILE_EXISTS")]);
    expect(await readFile(folder.join("plan.yaml"), "utf8")).toBe(plan);
    for (let time = 0; time < 2; time += 1) expect((await run("plan", "plan.yaml", "--markdown", "report.md")).code).toBe(0);
    expect(await readFile(folder.join("report.md"), "utf8")).toContain("1 to copy");
  }));

test("output that cannot be written is an error with a word to it", () =>
  inFolder(async (_run, folder) => {
    const { stdout: said } = await promisify(execFile)("sh", ["-c", `"${process.execPath}" "${CLI}" schema 2>&1 >/dev/full; echo "exit $?"`], {
      cwd: folder.path,
    });
    expect(said).toMatch(/^Error: The output could not be written: .* \[OUTPUT_NOT_WRITTEN\]$/m);
    expect(said).toContain("exit 1");
    expect(said).not.toContain("    at ");
  }));

test("the program's help is one screen of 24 lines and 80 columns, and names every command", () =>
  inFolder(async (run) => {
    const { stdout } = await run("--help");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (const command of [
      "init",
      "validate",
      "check",
      "plan",
      "show",
      "review",
      "apply",
      "run",
      "history",
      "stop",
      "flow",
      "compare",
      "state",
      "explain",
      "schema",
      "completion",
    ])
      expect(stdout).toMatch(new RegExp(`\\b${command}\\b`));
    for (const code of [0, 1, 2, 3, 4, 11, 130]) expect(stdout).toMatch(new RegExp(`Exit codes[^]*\\b${code} `));
    expect(stdout).not.toContain("__complete");
  }));

test("no help of a command is wider than a terminal, and a long example goes on in a line that a shell takes too", () =>
  inFolder(async (run) => {
    for (const command of ["init", "plan", "apply", "show", "review", "flow", "completion"]) {
      const { stdout } = await run(command, "--help");
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    }
    expect((await run("flow", "--help")).stdout).toContain('  tidemark flow shop.yaml shop --window "08:00-18:00=50MB/s" \\\n    --days ');
  }));

test("help of a command's command is that command's", () =>
  inFolder(async (run) => {
    const asked = await run("help", "state", "unlock");
    expect(asked).toMatchObject({ code: 0, stdout: (await run("state", "unlock", "--help")).stdout, stderr: "" });
    expect((await run("help")).stdout).toBe((await run("--help")).stdout);
  }));

test.each([
  [["media.yaml"], /Did you mean tidemark plan media\.yaml\?/],
  [["validate", "x.yaml", "--format", "jnit"], /Did you mean junit\?/],
  [["flow", "x.yaml"], /For example: tidemark flow shop\.yaml shop/],
  [["explain", "GUARD_EXEEDED"], /Did you mean GUARD_EXCEEDED\?/],
  [["init", "--from", "s3://a", "--to", "./b", "--from-credentials", "anonymus"], /Did you mean anonymous\?/],
])("%j says what was meant", (args, hint) =>
  inFolder(async (run) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(hint);
  }),
);

test("a sync that is not there is answered with the one that was meant", () =>
  inFolder(async (run, folder) => {
    expect((await run("init", "plan.yaml", "--from", "./a", "--to", "./b")).code).toBe(0);
    await mkdir(folder.join("a"));
    const wrong = await run("plan", "plan.yaml", "--sync", "fiels");
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/UNKNOWN_SYNC[^]*Did you mean files\?/)]);
  }));

test("explain says what a code means, with an example, a fix and a page", () =>
  inFolder(async (run) => {
    const { code, stdout } = await run("explain", "[guard-exceeded]");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^GUARD_EXCEEDED[^]*\n {4}guards: \{ maxDeletes: 10 \}[^]*\nFix: [^]*docs\/errors\.md#guard_exceeded\n$/);
    // Of two meanings both are told, and a word finds all codes with it.
    expect((await run("explain", "ENDS_OVERLAP", "TABLESPACE_MISSING")).stdout).toMatch(
      /diagnostics\.md#ends_overlap[^]*errors\.md#ends_overlap[^]*postgres-checks\.md#tablespace_missing/,
    );
    expect((await run("explain", "guard")).stdout).toMatch(/GUARD_FORMAT[^]*GUARD_EXCEEDED/);
    const all = (await run("explain", "--json")).json();
    expect(all.length).toBeGreaterThan(300);
    expect(all[1]).toMatchObject({ type: "code", code: "FILE_NOT_FOUND", kind: "diagnostic", url: expect.stringMatching(/^https:.*#file_not_found$/) });
    // Nothing is said where one of them is unknown.
    expect(await run("explain", "GUARD_EXCEEDED", "NOTHING_LIKE_IT")).toMatchObject({ code: 1, stdout: "" });
  }));

test("an error points at what more is said of it, once, and never where that is nothing", () =>
  inFolder(async (run, folder) => {
    await writeFile(folder.join("broken.yaml"), BROKEN);
    const shown = await run("validate", "broken.yaml");
    expect(shown.stderr.match(/tidemark explain [A-Z_]+/g)).toEqual(["tidemark explain LOCATION_NAME"]);
    expect((await run("show", "broken.yaml")).stderr).toMatch(/\[CHANGESET_UNREADABLE\][^]*\n {2}More: tidemark explain CHANGESET_UNREADABLE\n$/);
    expect((await run("plan")).stderr).not.toContain("tidemark explain");
    expect((await run("show", "broken.yaml", "--json")).stdout).not.toContain("More:");
  }));

test("options of init say what its dialogue asks", () =>
  inFolder(async (run, folder) => {
    const store = [
      "--from",
      "s3://archive/media",
      "--from-endpoint",
      "https://minio.example:9000",
      "--from-region",
      "eu-central-1",
      "--from-credentials",
      "keys",
    ];
    const made = await run("init", "media.yaml", ...store, "--to", "./media", "--on-existing", "ifNewer", "--delete", "12", "--json");
    expect(made.json().at(-1)).toEqual({ type: "written", file: "media.yaml", variables: ["SOURCE_ACCESS_KEY_ID", "SOURCE_SECRET_ACCESS_KEY"] });
    const text = await readFile(folder.join("media.yaml"), "utf8");
    for (const line of [
      /endpoint: "https:\/\/minio\.example:9000"/,
      /region: "eu-central-1"/,
      /secretAccessKey: "\$\{SOURCE_SECRET_ACCESS_KEY\}"/,
      /onExisting: ifNewer/,
      /delete: true/,
      /maxDeletes: 12/,
    ])
      expect(text).toMatch(line);
    const shop = await run(
      "init",
      "shop.yaml",
      "--from",
      "postgres://owner@old/shop",
      "--to",
      "postgres://owner@new/shop",
      "--to-password",
      "--accounts",
      "none",
      "--rows",
      "replace",
    );
    expect(shop.stdout).toMatch(/export DESTINATION_PASSWORD=…\n/);
    const database = await readFile(folder.join("shop.yaml"), "utf8");
    for (const line of [/password: "\$\{DESTINATION_PASSWORD\}"/, /accounts: \{ include: none \}/, /onDifferent: replace/]) expect(database).toMatch(line);
  }));

test.each([
  [["--from", "./a", "--to", "./b", "--accounts", "none"], /--accounts is no matter of objects/],
  [["--from", "./a", "--to", "./b", "--from-region", "eu"], /--from-region belongs to an s3:\/\/ location/],
  [["--from", "./a", "--to", "./b", "--delete", "all"], /no number of objects/],
  [["--from", "./a", "--to", "./a"], /ENDS_OVERLAP/],
  [["--from", "./missing", "--to", "./b", "--try"], /There is no folder .*REACH[^]*CHECK_FAILED/],
])("init %j writes nothing", (args, why) =>
  inFolder(async (run, folder) => {
    const refused = await run("init", "media.yaml", ...args);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(why)]);
    await expect(stat(folder.join("media.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
  }),
);

test("show of a plan file names the command that is meant, and of any other file says that it is no changeset", () =>
  inFolder(async (run, folder) => {
    await writeFile(folder.join("p.yaml"), BROKEN);
    const { code, stderr } = await run("show", "p.yaml");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/p\.yaml is a plan file[^]*tidemark plan p\.yaml\n/)]);
    await writeFile(folder.join("notes.txt"), "Nothing to see here.");
    expect((await run("show", "notes.txt")).stderr).toMatch(/it is no changeset[^]*plan … --out/);
  }));

test.each([
  ["", /name of the plan file is empty[^]*tidemark init media\.yaml/],
  ["none/deep/i.yaml", /there is no folder none\/deep\. [^]*mkdir -p none\/deep/],
  ["folder", /folder names a folder[^]*tidemark init folder\/media\.yaml/],
])("init of %j says what to do, in no words of the system", (file, said) =>
  inFolder(async (run, folder) => {
    await mkdir(folder.join("folder"));
    for (const force of [[], ["--force"]]) {
      const { code, stderr } = await run("init", file, "--from", "./a", "--to", "./b", ...force);
      expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
      expect(stderr).not.toMatch(/ENOENT|EISDIR/);
    }
  }),
);

test("only checks that may ask for it are completed behind --confirm", () =>
  inFolder(async (run) => {
    const offered = (await run("__complete", "confirmations")).stdout.trim().split("\n");
    expect(offered).toContain("TABLESPACE_MISSING");
    expect(offered).not.toContain("GUARD_EXCEEDED");
    const folder = join(import.meta.dirname, "../../src/postgres/check");
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")));
    const asked = files.flatMap((text) => [...text.matchAll(/\bconfirm\(\s*"([A-Z_]+)"/g)].map(([, code = ""]) => code));
    expect(offered.toSorted()).toEqual([...new Set(asked)].toSorted());
  }));

test("init writes over a file only where it is told to", () =>
  inFolder(async (run, folder) => {
    await writeFile(folder.join("media.yaml"), "mine");
    const args = ["init", "media.yaml", "--from", "./a", "--to", "./b"];
    expect((await run(...args)).stderr).toContain("FILE_EXISTS");
    expect(await readFile(folder.join("media.yaml"), "utf8")).toBe("mine");
    expect((await run(...args, "--force")).code).toBe(0);
    expect(await readFile(folder.join("media.yaml"), "utf8")).toContain("name: media");
  }));
