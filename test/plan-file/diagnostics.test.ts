import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPlanFile } from "../../src/plan-file/load.ts";
import { load, marked, plan } from "./support.ts";

interface Case {
  readonly code: string;
  readonly text: string;
  /** What is pointed at. */
  readonly at: string;
  readonly suggestion?: string;
  readonly env?: Record<string, string>;
}

const LONG = "x".repeat(300);

const CASES: readonly Case[] = [
  { code: "FILE_EMPTY", text: "# nothing\n", at: "" },
  { code: "CONTROL_CHARACTER", text: plan.sync("include: ['a\u0001b']"), at: "\u0001" },
  { code: "YAML_SYNTAX", text: plan.top("tags: { a: [b }\n"), at: "}" },
  { code: "GLOB", text: plan.sync("exclude: ['a/*', '[a-z']"), at: "'[a-z'" },
  { code: "YAML_TAB", text: plan.top("tags:\n\ta: b\n"), at: "\t" },
  { code: "YAML_DOCUMENTS", text: `${plan.sync("")}---\na: 1\n`, at: "---" },
  { code: "YAML_VERSION", text: `%YAML 1.1\n---\n${plan.sync("")}`, at: "" },
  { code: "YAML_TAG", text: plan.top("description: !!binary aGVsbG8=\n"), at: "aGVsbG8=" },
  { code: "YAML_KEY", text: plan.top("tags: { [a]: b }\n"), at: "[a]" },
  { code: "YAML_ALIAS_UNKNOWN", text: plan.top("description: *nothing\n"), at: "*nothing" },
  { code: "YAML_ALIAS_CYCLE", text: plan.top("x-a: &a [*a]\n"), at: "*a" },
  { code: "YAML_MERGE", text: plan.sync("<<: [a]"), at: "<<" },
  { code: "YAML_TOO_DEEP", text: plan.top(`x-a: ${"[".repeat(100)}${"]".repeat(100)}\n`), at: "[" },
  { code: "DUPLICATE_KEY", text: plan.sync("delete: true\ndelete: false"), at: "delete" },
  { code: "OCTAL_NUMBER", text: plan.sync("priority: 010"), at: "010" },
  { code: "UNQUOTED_TIME", text: plan.top("x-at: 22:00\n"), at: "22:00" },
  { code: "VARIABLE_UNSET", text: plan.top('description: "${WHAT}"\n'), at: '"${WHAT}"' },
  { code: "VARIABLE_UNSET", text: plan.top('description: "${WHAT:?say what}"\n'), at: '"${WHAT:?say what}"', env: { WHAT: "" } },
  { code: "VARIABLE_SYNTAX", text: plan.top('description: "${WHAT"\n'), at: '"${WHAT"' },
  { code: "VALUE_TOO_LONG", text: plan.top('description: "${W}${W}"\n'), at: '"${W}${W}"', env: { W: "w".repeat(600_000) } },
  {
    code: "SECRET_LITERAL",
    text: plan.location("{ type: s3, bucket: b, credentials: { accessKeyId: a, secretAccessKey: hunter2 } }"),
    at: "hunter2",
    suggestion: '"${SECRET_ACCESS_KEY}"',
  },
  { code: "SECRET_LITERAL", text: plan.location("{ type: postgres, url: 'postgres://me:hunter2@db/x' }"), at: "'postgres://me:hunter2@db/x'" },
  {
    code: "SECRET_LITERAL",
    text: plan.location("{ type: postgres, url: 'postgres://db/x?sslpassword=hunter2' }"),
    at: "'postgres://db/x?sslpassword=hunter2'",
  },
  { code: "SECRET_LITERAL", text: plan.location("{ type: s3, bucket: b, proxy: 'http://me:hunter2@proxy:1' }"), at: "'http://me:hunter2@proxy:1'" },
  {
    code: "SECRET_LITERAL",
    text: plan.location("{ type: postgres, host: db, password: '${PW:-hunter2}' }"),
    at: "'${PW:-hunter2}'",
    suggestion: '"${PASSWORD}"',
  },
  { code: "PLAN_VERSION", text: plan.sync("").replace("version: 1", "version: 2"), at: "2", suggestion: "1" },
  { code: "PLAN_NAME", text: plan.sync("").replace("name: nightly", "name: Nightly_Run"), at: "Nightly_Run", suggestion: "nightly-run" },
  { code: "DESCRIPTION", text: plan.top("description: a = b\n"), at: "a = b" },
  { code: "TOO_LONG", text: plan.top(`description: ${LONG}\n`), at: LONG },
  { code: "TOO_MANY", text: plan.top(`tags: { ${Array.from({ length: 21 }, (_, at) => `t${at}: a`).join(", ")} }\n`), at: "tags" },
  { code: "TOO_MANY", text: plan.sync(`prefixes: [${Array.from({ length: 1001 }, (_, at) => `p${at}/`).join(", ")}]`), at: "prefixes" },
  { code: "LOCATION_NAME", text: plan.locations("  my location: { type: s3, bucket: b }\n"), at: "my location", suggestion: "my-location" },
  { code: "SYNC_NAME", text: plan.syncs("  Media_files: { from: one, to: two }\n"), at: "Media_files", suggestion: "media-files" },
  { code: "DATABASE_SYNC_NAME", text: plan.syncs("  1db: { from: db1, to: db2 }\n"), at: "1db" },
  { code: "MISSING_KEY", text: plan.ends("from: one"), at: "media" },
  { code: "MISSING_KEY", text: plan.location("{ bucket: b }"), at: "three" },
  { code: "MISSING_KEY", text: plan.location("{ type: s3, bucket: b, credentials: { accessKeyId: a } }"), at: "credentials" },
  { code: "MISSING_KEY", text: plan.ends("from: { prefix: a/ }\nto: two"), at: "from" },
  { code: "UNKNOWN_KEY", text: plan.sync("onExistng: skip"), at: "onExistng", suggestion: "onExisting" },
  { code: "UNKNOWN_KEY", text: plan.sync("sessions: 3").replaceAll("\n    to: two", "\n    to: dir"), at: "sessions" },
  { code: "UNKNOWN_KEY", text: plan.location("{ type: s3, bucket: b, prefx: a/ }"), at: "prefx", suggestion: "prefix" },
  { code: "UNKNOWN_KEY", text: plan.sync("set: { headers: { content-typ: a } }"), at: "content-typ", suggestion: "content-type" },
  { code: "UNKNOWN_VALUE", text: plan.sync("verify: checksums"), at: "checksums", suggestion: "checksum" },
  { code: "UNKNOWN_VALUE", text: plan.location("{ type: s4, bucket: b }"), at: "s4", suggestion: "s3" },
  { code: "UNKNOWN_LOCATION", text: plan.ends("from: ones\nto: two"), at: "ones", suggestion: "one" },
  { code: "WRONG_TYPE", text: plan.sync("delete: yes"), at: "yes", suggestion: "true" },
  { code: "WRONG_TYPE", text: plan.sync("priority: 1_000"), at: "1_000", suggestion: "1000" },
  { code: "WRONG_TYPE", text: plan.location("{ type: s3, bucket: 12e3 }"), at: "12e3", suggestion: '"12e3"' },
  { code: "WRONG_TYPE", text: plan.sync("include: '*.jpg'"), at: "'*.jpg'", suggestion: '["*.jpg"]' },
  { code: "WRONG_TYPE", text: plan.sync('include: "x["'), at: '"x["', suggestion: '["x["]' },
  { code: "WRONG_TYPE", text: plan.sync("include: 2024/a.jpg"), at: "2024/a.jpg", suggestion: '["2024/a.jpg"]' },
  { code: "WRONG_TYPE", text: plan.sync("include: photos/a.jpg"), at: "photos/a.jpg", suggestion: "[photos/a.jpg]" },
  { code: "EMPTY_VALUE", text: plan.sync("verify:"), at: "verify" },
  { code: "EMPTY_VALUE", text: plan.sync("include: ['']"), at: "''" },
  { code: "REPEATED_VALUE", text: plan.sync("compare: [size, size]"), at: "compare" },
  { code: "OUT_OF_RANGE", text: plan.location("{ type: postgres, host: db, port: 70000 }"), at: "70000" },
  { code: "OUT_OF_RANGE", text: plan.location("{ type: postgres, host: db, connectTimeout: 0s }"), at: "0s" },
  { code: "OUT_OF_RANGE", text: plan.location("{ type: postgres, host: db, statementTimeout: 25d }"), at: "25d" },
  { code: "OUT_OF_RANGE", text: plan.sync("subtasks: { parallel: 21 }"), at: "21" },
  { code: "OUT_OF_RANGE", text: plan.sync("incremental: { every: 25h }"), at: "25h" },
  { code: "OUT_OF_RANGE", text: plan.sync("incremental: { times: 31 }"), at: "31" },
  { code: "OUT_OF_RANGE", text: plan.sync("concurrency: many"), at: "many" },
  { code: "OUT_OF_RANGE", text: plan.sync("guards: { maxDeletes: '100.5%' }"), at: "'100.5%'" },
  { code: "OUT_OF_RANGE", text: plan.sync("where: { maxSize: 9000 PiB }"), at: "9000 PiB" },
  { code: "BUCKET_NAME", text: plan.location("{ type: s3, bucket: 's3://b/c' }"), at: "'s3://b/c'" },
  { code: "ENDPOINT_URL", text: plan.location("{ type: s3, bucket: b, endpoint: 'minio:9000' }"), at: "'minio:9000'", suggestion: "https://minio:9000" },
  { code: "POSTGRES_URL", text: plan.location("{ type: postgres, url: 'mysql://db/x' }"), at: "'mysql://db/x'" },
  { code: "CREDENTIALS", text: plan.location("{ type: s3, bucket: b, credentials: { profile: a, anonymous: true } }"), at: "credentials" },
  { code: "ENCRYPTION", text: plan.location("{ type: s3, bucket: b, encryption: { sse: s3, keyId: a } }"), at: "a" },
  { code: "CA_FILE", text: plan.location("{ type: s3, bucket: b, caFile: nowhere.pem }"), at: "nowhere.pem" },
  { code: "PATH_TILDE", text: plan.location("{ type: directory, path: ~/data }"), at: "~/data" },
  { code: "PATH", text: plan.location('{ type: directory, path: "a\\0b" }'), at: '"a\\0b"' },
  { code: "PREFIX_SHAPE", text: plan.ends("from: { location: one, prefix: /media }\nto: two"), at: "/media", suggestion: "media/" },
  { code: "PREFIX_SHAPE", text: plan.location("{ type: directory, path: /d, prefix: a/../b/ }"), at: "a/../b/" },
  { code: "PREFIX_TOO_LONG", text: plan.sync(`prefixes: ["${"é".repeat(512)}"]`), at: `"${"é".repeat(512)}"` },
  { code: "PREFIX_OVERLAP", text: plan.sync("prefixes: [test, other, test/01]"), at: "test/01" },
  { code: "SIZE_FORMAT", text: plan.sync("where: { minSize: 10M }"), at: "10M" },
  { code: "DURATION_FORMAT", text: plan.location("{ type: s3, bucket: b, timeouts: { idle: 1 minute } }"), at: "1 minute" },
  { code: "RATE_FORMAT", text: plan.sync("rate: { bytes: 200 MB }"), at: "200 MB", suggestion: "200 MB/s" },
  { code: "RATE_FORMAT", text: plan.sync("rate: { bytes: fast }"), at: "fast" },
  { code: "RATE_FORMAT", text: plan.sync("flow: [{ maxRate: 1 MB }]"), at: "1 MB", suggestion: "1 MB/s" },
  { code: "RATE_RANGE", text: plan.sync("rate: { bytes: 10 GB/s }"), at: "10 GB/s" },
  { code: "RATE_RANGE", text: plan.sync("flow: [{ maxRate: 0 MB/s }]"), at: "0 MB/s" },
  { code: "GUARD_FORMAT", text: plan.sync("guards: { maxDeletes: some }"), at: "some" },
  { code: "INSTANT_FORMAT", text: plan.sync("where: { modifiedAfter: 2024-01-31 }"), at: "2024-01-31", suggestion: "2024-01-31T00:00:00Z" },
  { code: "INSTANT_FORMAT", text: plan.sync("where: { modifiedAfter: 2024-02-30T00:00:00Z }"), at: "2024-02-30T00:00:00Z" },
  { code: "EMPTY_RANGE", text: plan.sync("where: { minSize: 2, maxSize: 1 }"), at: "1" },
  { code: "EMPTY_RANGE", text: plan.sync("where: { modifiedAfter: 2024-02-01T00:00:00Z, modifiedBefore: 2024-01-01T00:00:00Z }"), at: "2024-01-01T00:00:00Z" },
  { code: "METADATA", text: plan.sync("set: { metadata: { 'a b': c } }"), at: "'a b'" },
  { code: "METADATA", text: plan.sync(`set: { metadata: { a: "${"v".repeat(2048)}" } }`), at: "metadata" },
  { code: "STORAGE_CLASS_ADVICE", text: plan.sync("set: { storageClass: reduced-redundancy }"), at: "reduced-redundancy" },
  { code: "FLOW_WINDOW", text: plan.sync("flow: [{ between: 8:00-18:00, maxRate: 1 MB/s }]"), at: "8:00-18:00" },
  { code: "FLOW_WINDOW", text: plan.sync("flow: [{ between: 08:00-08:00, maxRate: 1 MB/s }]"), at: "08:00-08:00" },
  {
    code: "FLOW_OVERLAP",
    text: plan.sync("flow:\n  - { between: 22:00-06:00, days: [sun], maxRate: 1 MB/s }\n  - { days: [mon], maxRate: 1 MB/s }"),
    at: "{ days: [mon], maxRate: 1 MB/s }",
  },
  {
    code: "TOO_MANY",
    text: plan.sync(`flow: [${Array.from({ length: 4 }, (_, at) => `{ between: 0${at}:00-0${at}:30, maxRate: 1 MB/s }`).join(", ")}]`),
    at: "flow",
  },
  { code: "TIMEZONE", text: plan.sync("flow: [{ timezone: Europe/Berln, maxRate: 1 MB/s }]"), at: "Europe/Berln", suggestion: "Europe/Berlin" },
  { code: "SCHEDULE_PERIOD", text: plan.sync("schedule: { every: 90m }"), at: "90m" },
  { code: "RUN_MODES", text: plan.sync("once: true\nincremental: { times: 3 }"), at: "true" },
  { code: "VERSIONS", text: plan.sync("versions: all\nasOf: 2024-01-01T00:00:00Z"), at: "2024-01-01T00:00:00Z" },
  { code: "RENAME_RULE", text: plan.sync("rename: [{ from: '(a', to: b }]"), at: "'(a'" },
  { code: "RENAME_RULE", text: plan.sync("rename: [{ from: a, to: 'b$1' }]"), at: "'b$1'" },
  { code: "SOURCE_KIND", text: plan.ends("from: { location: one, manifest: a, inventory: { location: one, key: b } }\nto: two"), at: "inventory" },
  { code: "DELETE_INCOMPLETE_SOURCE", text: plan.ends("from: { location: one, manifest: a.csv }\nto: two\ndelete: true"), at: "true" },
  { code: "DELETE_INCOMPLETE_SOURCE", text: plan.sync("incremental: { every: 1h }\ndelete: true"), at: "true" },
  { code: "KEY_UNUSED", text: plan.sync("allowEmptySource: true"), at: "allowEmptySource" },
  { code: "ENDS_DIFFER", text: plan.ends("from: db1\nto: two"), at: "db1" },
  { code: "ENDS_OVERLAP", text: plan.ends("from: one\nto: { location: one, prefix: copy/ }"), at: "to" },
  { code: "ENDS_OVERLAP", text: plan.database("").replace("to: db2", "to: db1"), at: "db1" },
  { code: "WRITES_OVERLAP", text: plan.syncs("  first: { from: one, to: dir }\n  second: { from: two, to: { location: dir, prefix: a/ } }\n"), at: "to" },
  { code: "NEEDS_UNKNOWN", text: plan.sync("needs: [medai]"), at: "medai", suggestion: "media" },
  { code: "NEEDS_CYCLE", text: plan.sync("needs: [media]"), at: "[media]" },
  { code: "RENAMED_FROM", text: plan.sync("renamedFrom: media"), at: "media" },
  { code: "SIDE_PLACE", text: plan.sync("reports: { location: db1, prefix: a/ }"), at: "db1" },
  { code: "SIDE_PLACE", text: plan.ends("from: one\nto: { location: two, prefix: a/b/ }\nbackup: { location: two, prefix: a/ }"), at: "a/" },
  { code: "STATE_PLACE", text: plan.top("state: { location: dir }\n"), at: "dir" },
  { code: "DATABASE_NAME", text: plan.database("map: { schemas: { public: pg_x } }"), at: "pg_x" },
  { code: "DATABASE_NAME", text: plan.database("tables: { 'a.b.c': { rows: false } }"), at: "'a.b.c'" },
  { code: "DATABASE_NAME", text: plan.database("objects: { include: [{ kind: table, name: 'a b' }] }"), at: "'a b'" },
  { code: "DATABASE_NAME", text: plan.database("map: { schemas: { information_schema: a } }"), at: "information_schema" },
  { code: "DATABASE_NAME", text: plan.database("map: { schemas: { public: information_schema } }"), at: "information_schema" },
  { code: "DATABASE_NAME", text: plan.database("map: { schemas: { pg_catalog: a } }"), at: "pg_catalog" },
  { code: "DATABASE_NAME", text: plan.database(`map: { database: ${"ä".repeat(32)} }`), at: "ä".repeat(32) },
  { code: "DATABASE_NAME", text: plan.database(`map: { tables: { public.a: public.${LONG} } }`), at: `public.${LONG}` },
  { code: "SHADOW", text: plan.database("map: { database: a }\nshadow: db2"), at: "db2" },
  {
    code: "KEY_UNUSED",
    text: plan.locations("  db3: { type: postgres, host: db3 }\n").replace("media: { from: one, to: two }", "shop: { from: db1, to: db2, shadow: db3 }"),
    at: "shadow",
  },
  { code: "KEY_UNUSED", text: plan.database("synchronize: { ddl: true }"), at: "ddl" },
  { code: "KEY_UNUSED", text: plan.database("conflicts: overwrite"), at: "conflicts" },
  { code: "KEY_UNUSED", text: plan.database("accounts: { include: none, exclude: [app] }"), at: "exclude" },
  { code: "KEY_UNUSED", text: plan.database("tables: { public.a: { rows: false, where: 'a > 1' } }"), at: "where" },
  { code: "KEY_UNUSED", text: plan.database("tables: { public.a: { rows: false, columns: [a] } }"), at: "columns" },
  { code: "KEY_UNUSED", text: plan.database("map: { schemas: { public: public } }"), at: "public" },
  { code: "UNKNOWN_VALUE", text: plan.database("objects: { exclude: [{ kind: tabel, name: a }] }"), at: "tabel", suggestion: "table" },
  { code: "UNKNOWN_VALUE", text: plan.database("objects: { exclude: [{ kind: text_search, name: a }] }"), at: "text_search", suggestion: "text-search" },
  { code: "EMPTY_VALUE", text: plan.database("objects: { include: [] }"), at: "include" },
  { code: "EMPTY_VALUE", text: plan.database("tables: { public.a: { columns: [] } }"), at: "columns" },
  { code: "REPEATED_VALUE", text: plan.database("tables: { public.a: { columns: [a, b, a] } }"), at: "columns" },
  { code: "DATABASE_NAME", text: plan.database("tables: { public.a: { columns: ['a\"b'] } }"), at: "'a\"b'" },
  { code: "SELECTOR_SCHEMA", text: plan.database("objects: { exclude: [{ kind: extension, schema: public, name: a }] }"), at: "schema" },
  { code: "SELECTOR_SCHEMA", text: plan.database("objects: { include: [{ kind: schema, schema: public, name: a }] }"), at: "schema" },
  { code: "LEVEL_KIND", text: plan.database("level: table\nobjects: { include: [{ kind: function, name: a }] }"), at: "function" },
  { code: "LEVEL_KIND", text: plan.database("level: table\nobjects: { exclude: [{ kind: trigger, name: a }] }"), at: "trigger" },
  { code: "LEVEL_KIND", text: plan.database("level: table\nobjects: { include: all }"), at: "all" },
  { code: "TABLE_PATTERN", text: plan.database("tables: { 'public.tmp_*': { rows: false } }"), at: "'public.tmp_*'" },
  { code: "WHERE_CONDITION", text: plan.database("tables: { public.a: { where: 'true); DROP TABLE b' } }"), at: "'true); DROP TABLE b'" },
  { code: "WHERE_CONDITION", text: plan.database("tables: { public.a: { where: 'a = 1 -- all' } }"), at: "'a = 1 -- all'" },
  { code: "MAP_CLASH", text: plan.database("map: { schemas: { a: shop, b: shop } }"), at: "shop" },
  { code: "MAP_CLASH", text: plan.database("map: { tables: { public.a: public.c, public.b: public.c } }"), at: "public.c" },
  { code: "MAP_CHAIN", text: plan.database("map: { schemas: { a: b, b: c } }"), at: "b" },
  { code: "MAP_CHAIN", text: plan.database("map: { tables: { public.a: public.b, public.b: public.c } }"), at: "public.b" },
  { code: "MAP_AMBIGUOUS", text: plan.database("map: { schemas: { public: shop }, tables: { public.users: public.customers } }"), at: "public.customers" },
  { code: "RENAME_RULE", text: plan.database("map: { rename: [{ from: '(a', to: b }] }"), at: "'(a'" },
  { code: "OUT_OF_RANGE", text: plan.database("sessions: 65"), at: "65" },
  { code: "OUT_OF_RANGE", text: plan.database("sessions: 0"), at: "0" },
  {
    code: "FLOW_OVERLAP",
    text: plan.database("flow: [{ between: 08:00-10:00, maxRate: 1 MB/s }, { between: 09:00-11:00, maxRate: 1 MB/s }]"),
    at: "{ between: 09:00-11:00, maxRate: 1 MB/s }",
  },
  { code: "RATE_RANGE", text: plan.database("flowOutside: 0 MB/s"), at: "0 MB/s" },
  { code: "RATE_RANGE", text: plan.database("rate: { bytes: 10000 MB/s }"), at: "10000 MB/s" },
  { code: "UNKNOWN_KEY", text: plan.database("rate: { requests: 5 }"), at: "requests" },
];

test.each(CASES)("$code points at $at", ({ code, text, at, suggestion, env }) => {
  const { diagnostics, plan: loaded } = load(text, env);
  expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  const [diagnostic] = diagnostics;
  if (!diagnostic) return;
  expect(marked(text, diagnostic)).toBe(at);
  expect(diagnostic.suggestion).toBe(suggestion);
  expect(diagnostic.message).toMatch(/[.:]$|…$/);
  expect(loaded === undefined).toBe(diagnostic.severity === "error");
});

describe("files that cannot be read", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tidemark-plan-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ["FILE_NOT_FOUND", "absent.yaml", undefined],
    ["FILE_UNREADABLE", ".", undefined],
    ["FILE_TOO_LARGE", "large.yaml", Buffer.alloc(5 * 2 ** 20, "# a\n")],
    ["FILE_ENCODING", "utf16.yaml", Buffer.from("\ufeffversion: 1", "utf16le")],
    ["FILE_ENCODING", "binary.yaml", Buffer.from([0x61, 0x0a, 0xff, 0xc3])],
  ])("%s", async (code, name, content) => {
    const file = join(folder, name);
    if (content) writeFileSync(file, content);
    const { diagnostics, plan: loaded } = await readPlanFile(file, { env: {} });
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.file])).toEqual([[code, file]]);
    expect(loaded).toBeUndefined();
  });
});

test("all that is wrong with a file comes at once, in its order", () => {
  const text = plan
    .location("{ type: s3, bukket: b }")
    .replace("media: { from: one, to: two }", "media: { from: oen, to: two, delet: true, prefixes: [a, ab], verify: all }");
  expect(load(text).diagnostics.map(({ code, line }) => [line, code])).toEqual([
    [9, "MISSING_KEY"],
    [9, "UNKNOWN_KEY"],
    [11, "UNKNOWN_LOCATION"],
    [11, "UNKNOWN_KEY"],
    [11, "PREFIX_OVERLAP"],
    [11, "UNKNOWN_VALUE"],
  ]);
});

test("one slip gives one diagnostic: what refers to a part with a mistake is not complained of too", () => {
  const text = plan.locations("  three: { type: s3, bucket: b, prefix: /a/ }\n").replace("to: two", "to: three");
  expect(load(text).diagnostics.map(({ code }) => code)).toEqual(["PREFIX_SHAPE"]);
});

test("a mistake in the defaults is said once", () => {
  const text = plan
    .top("defaults: { objects: { rate: { bytes: 0 MB/s } } }\n")
    .replace("media: { from: one, to: two }", "media: { from: one, to: two }\n  again: { from: one, to: dir }");
  expect(load(text).diagnostics.map(({ code }) => code)).toEqual(["RATE_RANGE"]);
});

describe("docs/diagnostics.md", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/diagnostics.md"), "utf8");
  const sections = page
    .split(/^### /m)
    .slice(1)
    .map((section) => ({ code: /^`([A-Z_]+)`$/m.exec(section)?.[1] ?? "", section }));
  const documented = sections.map(({ code }) => code);
  const folder = join(import.meta.dirname, "../../src/plan-file");
  const source = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  // Codes are literals after `code:`, also behind a condition or within a list of shapes.
  const thrown = new Set(
    [...source.matchAll(/\bcode: (?:[^,\n]*?\? )?"([A-Z_]+)"(?: : "([A-Z_]+)")?/g)].flatMap(([, one = "", other]) =>
      other === undefined ? [one] : [one, other],
    ),
  );

  test("explains every code that there is, and no other", () => {
    expect(documented.toSorted()).toEqual([...thrown].toSorted());
  });

  test("gives each a meaning, an example and a fix", () => {
    expect(sections.filter(({ section }) => !/```yaml\n[\s\S]+?```/.test(section) || !/\*\*Fix:\*\* \S/.test(section)).map(({ code }) => code)).toEqual([]);
  });

  test("every code is tried here or cannot be reached by a file", () => {
    const elsewhere = ["FILE_NOT_FOUND", "FILE_UNREADABLE", "FILE_TOO_LARGE", "FILE_ENCODING", "NOT_YET_SUPPORTED", "YAML_TOO_MANY", "INVALID_VALUE"];
    const tried = new Set([...CASES.map(({ code }) => code), ...elsewhere]);
    expect(documented.filter((code) => !tried.has(code))).toEqual([]);
  });
});
