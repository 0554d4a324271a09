import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { readCodeCatalogue } from "../scripts/support/code-catalogue.ts";

const ROOT = join(import.meta.dirname, "..");

interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** Whom each folder of src/ may import, beside itself. What is not listed is a wall. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli", "core"],
  cli: ["report", "review", "ui", "engine", "objects", "postgres", "driver", "changeset", "state", "plan-file", "core"],
  ui: ["report", "driver", "changeset", "state", "core"],
  report: ["review", "engine", "driver", "changeset", "state", "plan-file", "core"],
  review: ["changeset", "plan-file", "core"],
  engine: ["driver", "changeset", "state", "core"],
  objects: ["driver", "changeset", "state", "core"],
  postgres: ["driver", "changeset", "state", "core"],
  driver: ["changeset", "state", "core"],
  state: ["changeset", "core"],
  changeset: ["core"],
  "plan-file": ["core"],
  core: [],
};

/** Packages that only one folder may know. */
const HOME_OF_PACKAGE: readonly { readonly packages: RegExp; readonly home: string }[] = [
  { packages: /^(@aws-sdk|@smithy)\/|^undici$/, home: "src/objects/stores/s3/" },
  { packages: /^(pg|pg-.*|libpg-query|@electric-sql\/.*)$/, home: "src/postgres/" },
  { packages: /^(yaml|ajv|ajv-formats)(\/.*)?$/, home: "src/plan-file/" },
  { packages: /^diff$/, home: "src/core/" },
  { packages: /^echarts(\/.*)?$/, home: "src/report/html/browser/" },
  { packages: /^(ink|react|string-width)(\/.*)?$/, home: "src/ui/" },
  { packages: /^commander$/, home: "src/cli/" },
  { packages: /^node:sqlite$/, home: "src/(changeset|state|core/sqlite)" },
];

const sources = readTree("src");

test("there is a house to look at", () => {
  expect(sources.length).toBeGreaterThan(20);
});

describe("imports run downward only", () => {
  test.each(sources.map((file) => [file.path, file] as const))("%s", (_, file) => {
    const room = roomOf(file.path);
    const allowed = MAY_IMPORT[room];
    expect(allowed, `src/${room} has no place in the order of the folders`).toBeDefined();
    const breaches = localImports(file).filter((target) => target.startsWith("src/") && roomOf(target) !== room && !allowed?.includes(roomOf(target)));
    expect(breaches).toEqual([]);
  });
});

test("src imports nothing from the tests, the scripts or the benchmark", () => {
  const breaches = sources.flatMap((file) =>
    localImports(file)
      .filter((target) => !/^(src|schemas)\/|^package\.json$/.test(target))
      .map((target) => `${file.path} imports ${target}`),
  );
  expect(breaches).toEqual([]);
});

test("a package is known in its own folder only", () => {
  const breaches = sources.flatMap((file) =>
    file.imports.flatMap((name) =>
      HOME_OF_PACKAGE.filter(({ packages, home }) => packages.test(name) && !new RegExp(`^${home}`).test(file.path)).map(() => `${file.path} imports ${name}`),
    ),
  );
  expect(breaches).toEqual([]);
});

test("planning cannot write: it knows no way to open a store for writing", () => {
  const breaches = sources
    .filter(({ path }) => path.startsWith("src/objects/plan/"))
    .flatMap(({ path, text }) =>
      [...code(text).matchAll(/\b(WriteStore|openWriteStore|openS3WriteStore|openDirectoryWriteStore)\b/g)].map(([name]) => `${path} names ${name}`),
    );
  expect(breaches).toEqual([]);
});

test("only main.ts ends the process", () => {
  const breaches = sources
    .filter(({ path, text }) => path !== "src/main.ts" && /\bprocess\s*\.\s*(exit|abort|reallyExit)\s*\(/.test(code(text)))
    .map(({ path }) => path);
  expect(breaches).toEqual([]);
});

test("a `!` that silences the compiler says why", () => {
  const breaches = sources.flatMap(({ path, text }) => {
    const lines = text.split("\n");
    return lines.flatMap((line, at) => {
      if (
        !/[\w\])]!(?=[.;,)\]}[]|$)/.test(
          withoutStrings(line)
            .replace(/\/\/.*/, "")
            .trimEnd(),
        )
      )
        return [];
      const said = line.includes("//") || /^\s*(\/\/|\*\/|\*)/.test(lines[at - 1] ?? "");
      return said ? [] : [`${path}:${at + 1} ${line.trim()}`];
    });
  });
  expect(breaches).toEqual([]);
});

test("a file stays small enough to be read in one go", () => {
  const long = sources.filter(({ path, text }) => !path.includes("/generated/") && text.split("\n").length > 400).map(({ path }) => path);
  expect(long).toEqual([]);
});

describe("every code is explained in docs/, in a section of its own", async () => {
  const codes = await readCodeCatalogue(ROOT);
  const explained = new Set(codes.map(({ code }) => code));

  test("each that is made is there", () => {
    const made = new Set(sources.flatMap(({ text }) => errorCodes(text)));
    expect([...made].filter((code) => !explained.has(code)).toSorted()).toEqual([]);
  });

  test("each that is there is made", () => {
    const all = sources.map(({ text }) => text).join("\n");
    expect([...explained].filter((code) => !new RegExp(`\\b${code}\\b`).test(all))).toEqual([]);
  });

  test("each is there once a page, with a meaning, an example and a fix", () => {
    expect(codes.length).toBe(new Set(codes.map(({ page, code }) => `${page} ${code}`)).size);
    expect(codes.filter(({ meaning, example, fix }) => !meaning || !example || !fix).map(({ page }) => page)).toEqual([]);
  });
});

/** Codes as literals where errors and findings are made: `new ItemError("failed", "CODE"`, `code: "CODE"`, `problem("CODE"`. */
function errorCodes(text: string): string[] {
  const made =
    /(?:new (?:TidemarkError|ItemError)\(\s*(?:(?:"\w+"|[\w.]+),\s*)?|\bcode: |\b(?:item)?[pP]roblem\(|\b(?:failed|refused|pass|fail)\()"([A-Z][A-Z0-9_]+)"/g;
  return [...text.matchAll(made)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function readTree(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, "utf8");
      return { path: relative(ROOT, file).split(sep).join("/"), text, imports: importsOf(text) };
    });
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|\W)(?:from|import)\s*\(?\s*"([^"\n]+)"/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function localImports({ path, imports }: SourceFile): string[] {
  return imports.filter((name) => name.startsWith(".")).map((name) => posix.join(posix.dirname(path), name));
}

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** Without comments and strings, as far as a search for names needs it. */
function code(text: string): string {
  return withoutStrings(text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, ""));
}

function withoutStrings(line: string): string {
  return line.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""').replaceAll(/(^|[(,=:[\s])\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g, "$1/./");
}
