import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { ObjectSync, PostgresLocation } from "../../src/core/sync-plan.ts";
import { loadPlan } from "../../src/plan-file/load.ts";
import { planHash } from "../../src/plan-file/plan-hash.ts";
import { diagnosticGithub, diagnosticJson, renderDiagnostic } from "../../src/report/diagnostics.ts";
import { LOCALHOST_TLS } from "../support/tls.ts";
import { type Env, load, plan } from "./support.ts";

function right(text: string, env: Env = {}) {
  const { plan: loaded, diagnostics } = load(text, env);
  expect(diagnostics).toEqual([]);
  if (!loaded) throw new Error("no plan");
  return loaded;
}

function objectSync(text: string, env: Env = {}): ObjectSync {
  const [sync] = right(text, env).syncs;
  if (sync?.kind !== "objects") throw new Error("no object sync");
  return sync;
}

test("every default is filled in", () => {
  expect(objectSync(plan.sync(""))).toMatchObject({
    name: "media",
    needs: [],
    priority: 0,
    prefixes: [],
    include: [],
    exclude: [],
    compare: undefined,
    onExisting: "overwrite",
    onUnknown: "verify",
    conflicts: "report",
    delete: false,
    allowEmptySource: false,
    preserve: new Set(["metadata", "headers", "tags", "mtime"]),
    verify: "checksum",
    subtasks: { maxObjects: 1000, maxBytes: 2 ** 30, parallel: 20 },
    concurrency: "auto",
    rate: { bytesPerSecond: undefined, requestsPerSecond: undefined },
    invisible: { source: [], destination: [] },
  });
  expect(right(plan.sync(""))).toMatchObject({ name: "nightly", file: "/plans/nightly.yaml", state: { kind: "folder", path: "/plans/.tidemark" } });
});

test("units become numbers", () => {
  const sync = objectSync(
    plan.sync(
      'prefixes: ["\u{1f600}", "\uff5e", a/]\nwhere: { minSize: 1 KiB, modifiedAfter: 2024-01-01T01:00:00+01:00 }\nrate: { bytes: 1.5 MB/s, requests: 20/s }\nguards: { maxDeletes: 10%, maxObjects: 5, maxBytes: 1 TB }\nconcurrency: 12\nset: { metadata: { Moved-By: me } }',
    ),
  );
  expect(sync.prefixes).toEqual(["a/", "\uff5e", "\u{1f600}"]);
  expect(sync.where).toMatchObject({ minSize: 1024, modifiedAfter: Date.UTC(2024, 0, 1) });
  expect(sync.rate).toEqual({ bytesPerSecond: 1_500_000, requestsPerSecond: 20 });
  expect(sync.guards).toEqual({
    maxDeletes: { kind: "percent", percent: 10 },
    maxOverwrites: undefined,
    maxBytes: 1e12,
    maxObjects: { kind: "count", count: 5 },
  });
  expect(sync.concurrency).toBe(12);
  expect(sync.set.metadata).toEqual({ "moved-by": "me" });
});

test("defaults are merged key by key, and lists are replaced", () => {
  const text = plan
    .top("defaults: { objects: { compare: [size], verify: size, guards: { maxDeletes: 1, maxObjects: 2 } } }\n")
    .replace("media: { from: one, to: two }", "media: { from: one, to: two, compare: [etag], guards: { maxDeletes: 3 } }");
  expect(objectSync(text)).toMatchObject({ compare: ["etag"], verify: "size", guards: { maxDeletes: { count: 3 }, maxObjects: { count: 2 } } });
});

test("the order of the syncs is that of the file, also for names of digits", () => {
  const text = plan.syncs("  zzz: { from: one, to: two }\n  '200': { from: one, to: dir, prefixes: [a] }\n  '100': { from: two, to: dir, prefixes: [b] }\n");
  expect(right(text).syncs.map(({ name }) => name)).toEqual(["zzz", "200", "100"]);
});

test("anchors, merge keys and x- keys", () => {
  const text = plan.locations("  x-base: &base { type: s3, bucket: b, region: r }\n  three: { <<: *base, bucket: c, x-why: that }\n");
  expect(right(text).locations.get("three")).toMatchObject({ bucket: "c", region: "r" });
  expect([...right(text).locations.keys()]).toEqual(["one", "two", "dir", "db1", "db2", "three"]);
});

test("a variable becomes the number or truth value that is asked for", () => {
  const env = { N: "12", B: "true", R: "300", E: "" };
  const text = plan.sync('delete: "${B}"\npriority: ${N}\nconcurrency: "${N}"\nsubtasks: { maxObjects: "${R}", maxBytes: "${R} MiB" }');
  expect(objectSync(text, env)).toMatchObject({ delete: true, priority: 12, concurrency: 12, subtasks: { maxObjects: 300, maxBytes: 300 * 2 ** 20 } });
  expect(load(text, { ...env, N: "many" }).diagnostics.map(({ code }) => code)).toEqual(["WRONG_TYPE", "OUT_OF_RANGE"]);
  const location = '{ type: s3, bucket: b, endpoint: "${E}", region: "${E}", proxy: "${E}" }';
  expect(right(plan.location(location), env).locations.get("three")).toMatchObject({
    endpoint: undefined,
    region: undefined,
    proxy: undefined,
    pathStyle: false,
  });
});

test("what Tidemark writes beside the objects is never part of a sync", () => {
  const text = plan
    .ends(
      "from: { location: one, prefix: a/ }\nto: { location: two, prefix: b/ }\nreports: { location: two, prefix: b/reports/ }\nbackup: { location: one, prefix: a/x/y/ }",
    )
    .replace("locations:", "state: { location: two, prefix: b/state/ }\nlocations:");
  expect(objectSync(text).invisible).toEqual({ source: ["x/y/"], destination: ["reports/", "state/"] });
});

describe("secrets", () => {
  const env = { KEY: "AKIA", SECRET: "s3cr3t-value", PW: "p4ssw0rd" };
  const location = '{ type: s3, bucket: b, credentials: { accessKeyId: "${KEY}", secretAccessKey: "${SECRET}" }, proxy: "http://me:${PW}@proxy:3128" }';

  test("are held by what prints its reference", () => {
    const loaded = right(plan.location(location), env);
    const three = loaded.locations.get("three");
    if (three?.type !== "s3" || three.credentials.kind !== "static") throw new Error("no credentials");
    expect(three.credentials.secretAccessKey.reveal()).toBe(env.SECRET);
    expect(three.credentials.secretAccessKey.toString()).toBe("${SECRET}");
    expect(three.proxy).toBe("http://proxy:3128");
    expect(three.proxyAuthorization?.reveal()).toBe(`Basic ${Buffer.from(`me:${env.PW}`).toString("base64")}`);
    const shown = inspect(loaded, { depth: 20 }) + JSON.stringify([...loaded.locations.values()]) + planHash(loaded);
    for (const value of [env.SECRET, env.PW]) expect(shown).not.toContain(value);
  });

  test.each([
    ["literals", plan.location("{ type: s3, bucket: b, credentials: { accessKeyId: a, secretAccessKey: s3cr3t-value } }")],
    [
      "block texts",
      plan.locations("  three:\n    type: s3\n    bucket: b\n    credentials:\n      accessKeyId: a\n      secretAccessKey: |\n        s3cr3t-value\n"),
    ],
    ["keys with a slip", plan.location("{ type: s3, bucket: b, credentials: { accessKeyId: a, secretAccesKey: s3cr3t-value } }")],
    [
      "files that are no YAML",
      plan.location('{ type: s3, bucket: b, credentials: { accessKeyId: a, secretAccessKey: "s3cr3t-value" }').replace("syncs:", "syncs: ]"),
    ],
    ["URLs", plan.location("{ type: postgres, url: 'postgres://me:s3cr3t-value@db/x', hots: a }")],
    ["values of a wrong type", plan.location('{ type: s3, bucket: b, maxSockets: "${SECRET}", endpoint: "${SECRET}", prefix: "${SECRET}" }')],
    ["locations and names", plan.ends('from: "${SECRET}"\nto: two\nneeds: ["${SECRET}"]\nverify: "${SECRET}"\ncompare: ["${SECRET}"]')],
    ["prefixes", plan.sync('prefixes: ["${SECRET}", "${SECRET}"]\nwhere: { minSize: "${SECRET}", modifiedAfter: "${SECRET}" }')],
  ])("are in no diagnostic: %s", (_, text) => {
    const { diagnostics } = load(text, env);
    expect(diagnostics.length).toBeGreaterThan(0);
    const shown = diagnostics
      .flatMap((diagnostic) => [
        JSON.stringify(diagnostic),
        renderDiagnostic(diagnostic),
        JSON.stringify(diagnosticJson(diagnostic)),
        diagnosticGithub(diagnostic),
      ])
      .join("\n");
    expect(shown).not.toContain("s3cr3t");
  });
});

describe("certificates", () => {
  test("are read and looked at", () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-ca-"));
    try {
      writeFileSync(join(folder, "ca.pem"), LOCALHOST_TLS.cert);
      writeFileSync(join(folder, "key.pem"), LOCALHOST_TLS.key);
      writeFileSync(join(folder, "damaged.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
      writeFileSync(join(folder, "large.pem"), "x".repeat(500_001));
      const read = (caFile: string) =>
        loadPlan(plan.location(`{ type: s3, bucket: b, caFile: ${caFile} }`), { file: join(folder, "plan.yaml"), displayFile: "plan.yaml", env: {} });
      const three = read("ca.pem").plan?.locations.get("three");
      expect(three?.type === "s3" && three.ca).toContain("BEGIN CERTIFICATE");
      for (const name of ["damaged.pem", "large.pem", "key.pem"]) expect(read(name).diagnostics.map(({ code }) => code)).toEqual(["CA_FILE"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("database locations", () => {
  const read = (location: string, folder = "/plans") =>
    loadPlan(plan.location(location), { file: join(folder, "plan.yaml"), displayFile: "plan.yaml", env: { EMPTY: "" } });

  test("times are milliseconds, and paths begin at the plan's folder", () => {
    const { plan: loaded, diagnostics } = read(
      "{ type: postgres, host: db, certFile: my.pem, keyFile: /k.pem, connectTimeout: 5s, statementTimeout: 0s, lockTimeout: 1m, options: '${EMPTY}' }",
    );
    expect(diagnostics).toEqual([]);
    expect(loaded?.locations.get("three")).toMatchObject({
      options: { host: "db", certFile: resolve("/plans/my.pem"), keyFile: resolve("/k.pem"), connectTimeout: 5000, statementTimeout: 0, lockTimeout: 60_000 },
    });
    expect(loaded?.locations.get("three")).not.toHaveProperty("options.options");
  });

  test("a service names a server", () => {
    expect(read("{ type: postgres, service: shop }").diagnostics).toEqual([]);
    expect(read("{ type: postgres, database: shop }").diagnostics.map(({ code }) => code)).toEqual(["MISSING_KEY"]);
  });

  test("a caFile is read", () => {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-ca-"));
    try {
      writeFileSync(join(folder, "ca.pem"), LOCALHOST_TLS.cert);
      const options = (read("{ type: postgres, host: db, caFile: ca.pem }", folder).plan?.locations.get("three") as PostgresLocation | undefined)?.options;
      expect(options).toEqual({ host: "db", ca: LOCALHOST_TLS.cert });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("what is not executed yet", () => {
  test.each([
    ["once: true", "once"],
    ["versions: all", "versions"],
    ["asOf: 2024-01-01T00:00:00Z", "asOf"],
    ["preserve: [metadata, acl]", "preserve"],
    ["where: { tags: { a: b } }", "tags"],
    ["rename: [{ from: a, to: b }]", "rename"],
    ["onExisting: ifNewer\nconflicts: rename", "conflicts"],
    ["schedule: { every: 1d }", "schedule"],
    ["incremental: {}", "incremental"],
    ["continuous: {}", "continuous"],
    ["reports: { location: two, prefix: r/ }", "reports"],
  ])("%s is told and refused", (lines, key) => {
    const { plan: loaded, diagnostics, unsupported } = load(plan.sync(lines));
    expect([loaded !== undefined, diagnostics]).toEqual([true, []]);
    expect(unsupported.map(({ code, severity, sync }) => [code, severity, sync])).toEqual([["NOT_YET_SUPPORTED", "notice", "media"]]);
    expect(unsupported[0]?.frame).toContain(key);
  });

  test.each([
    ["mode: full+incremental", 1, "mode"],
    ["mode: full+incremental\nconflicts: overwrite", 2, "conflicts"],
    ["once: true", 1, "once"],
    ["rows: { onDifferent: repair }", 1, "onDifferent"],
    ["schedule: { start: 2030-01-01T00:00:00Z, every: 1d }", 1, "every"],
  ])("%s of a database is told and refused", (lines, count, key) => {
    const { plan: loaded, diagnostics, unsupported } = load(plan.database(lines));
    expect([loaded !== undefined, diagnostics]).toEqual([true, []]);
    expect(unsupported.map(({ code, severity, sync }) => [code, severity, sync])).toEqual(
      Array.from({ length: count }, () => ["NOT_YET_SUPPORTED", "notice", "shop"]),
    );
    expect(unsupported.at(-1)?.frame).toContain(key);
  });

  test.each(["", "mode: full", "once: false", "schedule: { start: 2030-01-01T00:00:00Z }", "flowOutside: pause", "rate: { bytes: 1 MB/s }"])(
    "%s of a database is executed",
    (lines) => {
      const { diagnostics, unsupported } = load(plan.database(lines));
      expect([...diagnostics, ...unsupported]).toEqual([]);
    },
  );

  test.each([
    "once: false",
    "versions: latest",
    "rename: []",
    "flow: [{ maxRate: 1 MB/s }]",
    "flowOutside: pause",
    "preserve: [storageClass]",
    "conflicts: report",
  ])("%s is executed", (lines) => {
    expect(load(plan.sync(lines)).unsupported).toEqual([]);
  });

  test("is told of every sync that begins with it", () => {
    const text = plan
      .top("defaults: { objects: { once: true } }\n")
      .replace("media: { from: one, to: two }", "media: { from: one, to: two }\n  again: { from: one, to: dir }");
    expect(load(text).unsupported.map(({ sync }) => sync)).toEqual(["media", "again"]);
  });
});

describe("the hash of a plan", () => {
  const hash = (text: string, env: Env = {}) => planHash(right(text, env));

  test("is the same for whoever's keys: one job plans, another applies", () => {
    const text = (secret: string) => plan.location(`{ type: s3, bucket: b, credentials: { accessKeyId: "\${ID}", secretAccessKey: "\${${secret}}" } }`);
    expect(hash(text("KEY"), { ID: "reads", KEY: "a" })).toBe(hash(text("KEY"), { ID: "writes", KEY: "b" }));
    expect(hash(text("KEY"), { ID: "reads", KEY: "a" })).not.toBe(hash(text("OTHER"), { ID: "reads", OTHER: "a" }));
  });

  test("is the same for the same plan, wherever and however it is written", () => {
    const text = plan.sync("verify: size\ndelete: true");
    const elsewhere = loadPlan(`# comment\n${plan.sync("delete: true\nverify: size")}`, { file: "/other/plan.yaml", displayFile: "p", env: {} }).plan;
    expect(elsewhere && planHash(elsewhere)).toBe(hash(text));
  });

  test("changes with what is asked for, and not with a secret", () => {
    expect(hash(plan.sync("delete: true"))).not.toBe(hash(plan.sync("delete: false")));
    const secret = plan.location('{ type: s3, bucket: b, credentials: { accessKeyId: a, secretAccessKey: "${S}" } }');
    expect(hash(secret, { S: "one" })).toBe(hash(secret, { S: "two" }));
  });
});

test("a frame shows the lines around, and where in a long line", () => {
  expect(load(plan.sync("verify: non")).diagnostics[0]?.frame).toMatchInlineSnapshot(`
    "  11 |     from: one
      12 |     to: two
    > 13 |     verify: non
         |             ^^^"
  `);
  const long = `include: [${"'aaaaaaaa', ".repeat(60)}3]`;
  const frame = load(plan.sync(long)).diagnostics[0]?.frame ?? "";
  const [line = "", carets = ""] = frame.split("\n").filter((_, at, all) => all[at]?.startsWith(">") === true || all[at - 1]?.startsWith(">") === true);
  expect(line.length).toBeLessThan(140);
  expect(line[carets.indexOf("^")]).toBe("3");
});

test("annotations of a workflow escape what would end them", () => {
  const { diagnostics } = loadPlan(plan.sync("'a,b: 100%\\n': 1"), { file: "/p.yaml", displayFile: "a,b:c%.yaml", env: {} });
  const [annotation = ""] = diagnostics.map(diagnosticGithub);
  expect(annotation).toMatch(/^::error file=a%2Cb%3Ac%25\.yaml,line=13,endLine=13,col=5,endColumn=\d+,title=UNKNOWN_KEY::/);
  expect(annotation).toContain("100%25");
  expect(annotation).not.toContain("\n");
});
