import { describe, expect, test } from "vitest";
import { reviewDeleted } from "../../src/review/review-plan.ts";
import { database, objects, review, sentenceOf, told } from "./support.ts";

/** What changes, and what is told of it. Empty rules are the defaults. */
type Case = readonly [what: string, before: string, after: string, told: readonly string[]];

const MIRROR = "delete: true";
const SKIPS = "onExisting: skip";

const OBJECTS: readonly Case[] = [
  ["deletes now", "", MIRROR, ["danger DELETES"]],
  ["deletes no more", MIRROR, "", ["change DELETES_NO_MORE"]],
  ["deletes where a variable says so", "", 'delete: "${MIRROR:-false}"', ["danger DELETES"]],
  ["deletes where only a variable tells", "", 'delete: "${MIRROR}"', ["danger DELETES", "note VARIABLE_NEEDED"]],
  ["goes on with an empty source", MIRROR, `${MIRROR}\nallowEmptySource: true`, ["danger PROTECTION_DROPPED"]],
  ["goes on with an empty source, without deleting", "", "allowEmptySource: true", ["note SETTING_CHANGED"]],
  ["stops at an empty source", `${MIRROR}\nallowEmptySource: true`, MIRROR, ["change PROTECTION_ADDED"]],
  ["overwrites now", SKIPS, "", ["danger OVERWRITES"]],
  ["overwrites what is older", SKIPS, "onExisting: ifNewer", ["danger OVERWRITES"]],
  ["overwrites less", "", SKIPS, ["change OVERWRITES_LESS"]],
  ["fails no more", "onExisting: fail", SKIPS, ["change EXISTING_RULE_CHANGED"]],
  ["fails now", SKIPS, "onExisting: fail", ["change PROTECTION_ADDED"]],
  ["overwrites what is newer", "onExisting: ifNewer", "onExisting: ifNewer\nconflicts: overwrite", ["danger OVERWRITES"]],
  ["reports what is newer", "onExisting: ifNewer\nconflicts: overwrite", "onExisting: ifNewer", ["change OVERWRITES_LESS"]],
  ["takes for equal what it cannot compare", "", "onUnknown: accept", ["danger PROTECTION_DROPPED"]],
  ["copies what it cannot compare", "", "onUnknown: copy", ["change COMPARISON_CHANGED"]],
  ["compares by other signs", "", "compare: [size]", ["change COMPARISON_CHANGED"]],
  ["compares in another order", "compare: [size, etag]", "compare: [etag, size]", ["change COMPARISON_CHANGED"]],
  ["checks sizes only", "", "verify: size", ["danger VERIFICATION_WEAKER"]],
  ["checks checksums instead of bytes", "verify: bytes", "", ["change VERIFICATION_WEAKER"]],
  ["checks bytes", "", "verify: bytes", ["change VERIFICATION_STRONGER"]],
  ["a guard is gone", "guards: { maxOverwrites: 5 }", "", ["danger GUARD_WEAKER"]],
  ["a guard of what it does not do is gone", "guards: { maxDeletes: 5 }", "", ["change GUARD_WEAKER"]],
  ["a guard is raised", `${MIRROR}\nguards: { maxDeletes: 5 }`, `${MIRROR}\nguards: { maxDeletes: 50 }`, ["danger GUARD_WEAKER"]],
  ["a guard is lowered", `${MIRROR}\nguards: { maxDeletes: "10%" }`, `${MIRROR}\nguards: { maxDeletes: "5%" }`, ["change GUARD_STRONGER"]],
  ["a guard is new", "", "guards: { maxBytes: 1 GiB }", ["change GUARD_STRONGER"]],
  ["a count becomes a share", `${MIRROR}\nguards: { maxDeletes: 5 }`, `${MIRROR}\nguards: { maxDeletes: "5%" }`, ["danger GUARD_CHANGED"]],
  ["a variable decides a guard", "guards: { maxObjects: 5 }", 'guards: { maxObjects: "${MOST:-5}" }', ["danger GUARD_CHANGED"]],
  ["an exclusion is gone", 'exclude: ["*.tmp", "*.bak"]', 'exclude: ["*.tmp"]', ["danger SCOPE_WIDER"]],
  ["an exclusion is gone, and nothing is overwritten", `${SKIPS}\nexclude: ["*.tmp"]`, SKIPS, ["change SCOPE_WIDER"]],
  ["an exclusion is new", "", 'exclude: ["*.tmp"]', ["change SCOPE_NARROWER"]],
  ["an exclusion is another", 'exclude: ["*.tmp"]', 'exclude: ["*.bak"]', ["danger SCOPE_CHANGED"]],
  ["the first inclusion", "", 'include: ["*.jpg"]', ["change SCOPE_NARROWER"]],
  ["another inclusion", 'include: ["*.jpg"]', 'include: ["*.jpg", "*.png"]', ["danger SCOPE_WIDER"]],
  ["no inclusion", 'include: ["*.jpg"]', "", ["danger SCOPE_WIDER"]],
  ["a shorter prefix", "prefixes: [2024/a/, 2024/b/]", "prefixes: [2024/]", ["danger SCOPE_WIDER"]],
  ["a longer prefix", "prefixes: [2024/]", "prefixes: [2024/a/]", ["change SCOPE_NARROWER"]],
  ["another prefix", "prefixes: [2024/]", "prefixes: [2025/]", ["danger SCOPE_CHANGED"]],
  ["smaller objects", "where: { minSize: 1 MiB }", "where: { minSize: 1 KiB }", ["danger SCOPE_WIDER"]],
  ["no large objects", "", "where: { maxSize: 1 MiB }", ["change SCOPE_NARROWER"]],
  ["older objects", "where: { modifiedAfter: 2024-01-01T00:00:00Z }", "where: { modifiedAfter: 2023-01-01T00:00:00Z }", ["danger SCOPE_WIDER"]],
  ["no newer objects", "where: { modifiedBefore: 2024-01-01T00:00:00Z }", "where: { modifiedBefore: 2023-01-01T00:00:00Z }", ["change SCOPE_NARROWER"]],
  ["a storage class more", "where: { storageClass: [standard] }", "where: { storageClass: [standard, archive] }", ["danger SCOPE_WIDER"]],
  ["tags are asked for", "", 'where: { tags: { keep: "yes" } }', ["change SCOPE_NARROWER"]],
  ["other metadata are asked for", "where: { metadata: { a: b } }", "where: { metadata: { a: c } }", ["danger SCOPE_CHANGED"]],
  ["reads elsewhere", "", "from: disk", ["change SOURCE_MOVED"]],
  ["reads elsewhere, and deletes", MIRROR, `${MIRROR}\nfrom: disk`, ["danger SOURCE_MOVED"]],
  ["reads a part", "", "from: { location: src, prefix: a/ }", ["change SOURCE_MOVED"]],
  ["reads a list", "", "from: { location: src, manifest: keys.csv }", ["change SOURCE_MOVED"]],
  ["reads other versions", "", "versions: all", ["change SOURCE_MOVED"]],
  ["reads an earlier moment", MIRROR, `${MIRROR}\nasOf: 2024-01-01T00:00:00Z`, ["danger SOURCE_MOVED"]],
  ["writes elsewhere", "", "to: disk", ["danger DESTINATION_MOVED"]],
  ["writes beneath", "", "to: { location: dst, prefix: a/ }", ["danger DESTINATION_MOVED"]],
  ["keys are renamed", "", 'rename: [{ from: "a", to: "b" }]', ["change MAPPING_CHANGED"]],
  ["keys are renamed, and old ones deleted", MIRROR, `${MIRROR}\nrename: [{ from: "a", to: "b" }]`, ["danger MAPPING_CHANGED"]],
  ["no backup", "backup: { location: disk, prefix: b/ }", "", ["danger BACKUP_DROPPED"]],
  ["a backup", "", "backup: { location: disk, prefix: b/ }", ["change BACKUP_CHANGED"]],
  ["a backup elsewhere", "backup: { location: disk, prefix: b/ }", "backup: { location: disk, prefix: c/ }", ["change BACKUP_CHANGED"]],
  ["copies carry less", "", "preserve: [metadata]", ["change COPIES_CHANGED"]],
  ["copies get a class", "", "set: { storageClass: archive }", ["change COPIES_CHANGED"]],
  ["other amounts", "", "subtasks: { parallel: 2 }", ["note SPEED_CHANGED"]],
  ["another number of requests", "", "concurrency: 5", ["note SPEED_CHANGED"]],
  ["a limit of requests", "", "rate: { requests: 100 }", ["note SPEED_CHANGED"]],
  ["a rate", "", "rate: { bytes: 1 MB/s }", ["change SPEED_CHANGED"]],
  ["windows", "", "flow: [{ maxRate: 1 MB/s }]", ["change SPEED_CHANGED"]],
  ["outside of windows", "", "flowOutside: pause", ["change SPEED_CHANGED"]],
  ["once", "", "once: true", ["change TIMES_CHANGED"]],
  ["a schedule", "schedule: { every: 1d }", "schedule: { every: 2d }", ["change TIMES_CHANGED"]],
  ["continuous", "", "continuous: {}", ["change TIMES_CHANGED"]],
  ["priority", "", "priority: 5", ["note ORDER_CHANGED"]],
  ["reports elsewhere", "reports: { location: disk, prefix: r/ }", "reports: { location: disk, prefix: s/ }", ["change SETTING_CHANGED"]],
  ["archived objects", "", "restore: { days: 5 }", ["change SETTING_CHANGED"]],
];

/** `from` and `to` stand in the plan already: a line of the case replaces them. */
function withEnds(rules: string): string {
  const ends = rules.split("\n").filter((line) => /^(?:from|to): /.test(line));
  let text = objects(
    rules
      .split("\n")
      .filter((line) => !ends.includes(line))
      .join("\n"),
  );
  for (const end of ends) text = text.replace(new RegExp(`^    ${end.split(":")[0]}: .*$`, "m"), `    ${end}`);
  return text;
}

describe("a sync of objects", () => {
  test.each(OBJECTS)("%s", (_, before, after, expected) => {
    const found = review(withEnds(before), withEnds(after));
    expect(found.problems).toEqual([]);
    expect([...new Set(told(found))]).toEqual(expected);
    expect(found.meaning).toBe("changed");
  });
});

const DATABASES: readonly Case[] = [
  ["empties tables", "", "rows: { onDifferent: replace }", ["danger OVERWRITES"]],
  ["changes rows", "", "rows: { onDifferent: repair }", ["danger OVERWRITES"]],
  ["leaves tables", "rows: { onDifferent: replace }", "", ["change OVERWRITES_LESS"]],
  ["ignores rows", "", "rows: { onDifferent: ignore }", ["change EXISTING_RULE_CHANGED"]],
  ["rows of different moments", "", "resume: inconsistent", ["danger PROTECTION_DROPPED"]],
  ["rows of one moment", "resume: inconsistent", "", ["change PROTECTION_ADDED"]],
  ["tables only", "", "level: table", ["change SCOPE_NARROWER"]],
  ["the whole database", "level: table", "", ["change SCOPE_WIDER"]],
  ["the whole database, and empties tables", "level: table\nrows: { onDifferent: replace }", "rows: { onDifferent: replace }", ["danger SCOPE_WIDER"]],
  ["everything", "", "objects: { include: all }", ["change SCOPE_WIDER"]],
  ["a choice", "", "objects: { include: [{ kind: table, name: a }] }", ["change SCOPE_NARROWER"]],
  [
    "a table more",
    "objects: { include: [{ kind: table, name: a }] }",
    "objects: { include: [{ kind: table, name: a }, { kind: table, name: b }] }",
    ["change SCOPE_WIDER"],
  ],
  ["an exclusion", "", "objects: { exclude: [{ kind: table, name: a }] }", ["change SCOPE_NARROWER"]],
  ["no rows of a table", "", "tables: { public.a: { rows: false } }", ["change SCOPE_NARROWER"]],
  ["some rows of a table", "", 'tables: { public.a: { where: "id > 5" } }', ["change SCOPE_NARROWER"]],
  ["other rows of a table", 'tables: { public.a: { where: "id > 5" } }', 'tables: { public.a: { where: "id > 6" } }', ["change SCOPE_CHANGED"]],
  ["all rows of a table", 'tables: { public.a: { where: "id > 5" } }', "", ["change SCOPE_WIDER"]],
  ["fewer columns", "tables: { public.a: { columns: [id, b] } }", "tables: { public.a: { columns: [id] } }", ["change SCOPE_NARROWER"]],
  ["no indexes", "", "synchronize: { indexes: false }", ["change SCOPE_NARROWER"]],
  ["another database", "", "map: { database: shop2 }", ["danger DESTINATION_MOVED"]],
  ["another schema", "", "map: { schemas: { public: shop } }", ["change MAPPING_CHANGED"]],
  ["a table called otherwise", "map: { tables: { public.a: public.b } }", "map: { tables: { public.a: public.c } }", ["change MAPPING_CHANGED"]],
  ["tables by a rule", "", 'map: { rename: [{ from: "^a", to: "b" }] }', ["change MAPPING_CHANGED"]],
  ["a shadow", "map: { schemas: { public: shop } }", "map: { schemas: { public: shop } }\nshadow: other", ["danger SHADOW_CHANGED"]],
  ["no shadow", "map: { schemas: { public: shop } }\nshadow: other", "map: { schemas: { public: shop } }", ["change SHADOW_CHANGED"]],
  ["no accounts", "", "accounts: { include: none }", ["change ACCOUNTS_CHANGED"]],
  ["follows", "", "mode: full+incremental", ["change SETTING_CHANGED"]],
  ["overwrites while it follows", "mode: full+incremental", "mode: full+incremental\nconflicts: overwrite", ["danger OVERWRITES"]],
  ["sequences", "", "sequences: { margin: 5 }", ["change SETTING_CHANGED"]],
  ["sessions", "", "sessions: 2", ["note SPEED_CHANGED"]],
];

describe("a sync of databases", () => {
  test.each(DATABASES)("%s", (_, before, after, expected) => {
    const found = review(database(before), database(after));
    expect(found.problems).toEqual([]);
    expect([...new Set(told(found))]).toEqual(expected);
  });
});

const LOCATIONS: readonly Case[] = [
  ["moved", "new1: { type: s3, bucket: a }", "new1: { type: s3, bucket: b }", ["note LOCATION_CHANGED"]],
  ["added", "", "new1: { type: s3, bucket: a }", ["note LOCATION_ADDED"]],
  ["removed", "new1: { type: s3, bucket: a }", "", ["note LOCATION_REMOVED"]],
  ["renamed", "new1: { type: s3, bucket: a }", "new2: { type: s3, bucket: a }", ["note LOCATION_RENAMED"]],
  ["region", "new1: { type: s3, bucket: a }", "new1: { type: s3, bucket: a, region: eu-west-1 }", ["change LOCATION_CHANGED"]],
  ["profile", "new1: { type: s3, bucket: a }", "new1: { type: s3, bucket: a, credentials: { profile: p } }", ["change CREDENTIALS_CHANGED"]],
  [
    "another key",
    'new1: { type: s3, bucket: a, credentials: { accessKeyId: "${A}", secretAccessKey: "${B}" } }',
    'new1: { type: s3, bucket: a, credentials: { accessKeyId: "${A}", secretAccessKey: "${C}" } }',
    ["change CREDENTIALS_CHANGED", "note VARIABLE_NEEDED"],
  ],
  ["without TLS", "new1: { type: s3, bucket: a, endpoint: 'https://s' }", "new1: { type: s3, bucket: a, endpoint: 'http://s' }", ["danger PROTECTION_DROPPED"]],
  ["not encrypted", "new1: { type: s3, bucket: a, encryption: { sse: s3 } }", "new1: { type: s3, bucket: a }", ["danger PROTECTION_DROPPED"]],
  ["paid", "new1: { type: s3, bucket: a }", "new1: { type: s3, bucket: a, requesterPays: true }", ["change LOCATION_CHANGED"]],
  ["sockets", "new1: { type: s3, bucket: a }", "new1: { type: s3, bucket: a, maxSockets: 5 }", ["note SPEED_CHANGED"]],
  ["no mount", "new1: { type: directory, path: /a, mount: { type: nfs } }", "new1: { type: directory, path: /a }", ["danger PROTECTION_DROPPED"]],
  ["a mount", "new1: { type: directory, path: /a }", "new1: { type: directory, path: /a, mount: { type: nfs } }", ["change PROTECTION_ADDED"]],
  ["links followed", "new1: { type: directory, path: /a }", "new1: { type: directory, path: /a, symlinks: follow }", ["danger SCOPE_WIDER"]],
  ["links not followed", "new1: { type: directory, path: /a, symlinks: follow }", "new1: { type: directory, path: /a }", ["change SCOPE_NARROWER"]],
  ["a weaker sslmode", "new1: { type: postgres, host: a, sslmode: verify-full }", "new1: { type: postgres, host: a }", ["danger PROTECTION_DROPPED"]],
  ["a stronger sslmode", "new1: { type: postgres, host: a }", "new1: { type: postgres, host: a, sslmode: require }", ["change PROTECTION_ADDED"]],
  [
    "sslmode in a URL",
    'new1: { type: postgres, url: "postgres://a/b?sslmode=verify-full" }',
    'new1: { type: postgres, url: "postgres://a/b" }',
    ["danger PROTECTION_DROPPED"],
  ],
  [
    "another user in a URL",
    'new1: { type: postgres, url: "postgres://u@a/b" }',
    'new1: { type: postgres, url: "postgres://v@a/b" }',
    ["change CREDENTIALS_CHANGED"],
  ],
  ["another type", "new1: { type: s3, bucket: a }", "new1: { type: directory, path: /a }", ["note LOCATION_CHANGED"]],
];

describe("a location", () => {
  test.each(LOCATIONS)("%s", (_, before, after, expected) => {
    const found = review(objects("", { locations: before }), objects("", { locations: after }));
    expect(found.problems).toEqual([]);
    expect([...new Set(told(found))]).toEqual(expected);
  });

  test("that a sync uses moves the sync, and is said at the location", () => {
    const [finding, ...others] = review(objects(), objects().replace("bucket: target", "bucket: elsewhere")).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: "DESTINATION_MOVED", severity: "danger", sync: "media", place: { line: 5, column: 28 }, side: "new" });
    expect(finding && sentenceOf(finding)).toContain("now writes to [s3://elsewhere/] instead of [s3://target/]");
  });

  test("what lies at the new place is lost where the sync deletes or overwrites", () => {
    const moved = (rules: string) => {
      const [finding] = review(objects(rules), objects(rules).replace("bucket: target", "bucket: elsewhere")).findings;
      return finding && sentenceOf(finding);
    };
    expect(moved("delete: true")).toContain("is deleted where the source does not have it, and overwritten where it differs.");
    expect(moved("onExisting: skip")).toMatch(/no longer kept up\.$/);
    const [prefixed] = review(objects("delete: true"), objects("delete: true").replace("bucket: target", "bucket: target, prefix: new/")).findings;
    expect(prefixed && sentenceOf(prefixed)).toContain("What lies at [s3://target/new/] already is deleted where the source does not have it");
  });

  test("under another name is the same place", () => {
    expect(told(review(objects(), objects().replaceAll("dst", "cold")))).toEqual(["note LOCATION_RENAMED"]);
  });

  test("a prefix that goes from a location into the sync is no move", () => {
    const before = objects().replace("bucket: target", "bucket: target, prefix: a/");
    const after = objects().replace("to: dst", "to: { location: dst, prefix: a/ }");
    expect(told(review(before, after))).toEqual([]);
  });
});

describe("the plan", () => {
  test("called otherwise loses its state", () => {
    expect(told(review(objects(), objects().replace("name: nightly", "name: daily")))).toEqual(["danger PLAN_RENAMED"]);
  });

  test("with another state loses it", () => {
    expect(told(review(objects(), objects("", { top: "state: ./elsewhere\n" })))).toEqual(["danger STATE_MOVED"]);
    expect(
      told(review(objects("", { top: "state: { location: dst, prefix: a/ }\n" }), objects("", { top: "state: { location: dst, prefix: b/ }\n" }))),
    ).toEqual(["danger STATE_MOVED"]);
  });

  test("with another description is labelled otherwise", () => {
    expect(told(review(objects(), objects("", { top: "description: new\ntags: { a: b }\n" })))).toEqual(["note LABELS_CHANGED", "note LABELS_CHANGED"]);
  });

  test("that was not there: all is new, and what is dangerous in it is said", () => {
    const found = review(undefined, objects("delete: true\nallowEmptySource: true\nonExisting: skip\nguards: { maxDeletes: 5 }"));
    expect(told(found)).toEqual(["danger DELETES", "danger PROTECTION_DROPPED", "change SYNC_ADDED", "note PLAN_NEW"]);
    expect([found.meaning, found.base]).toEqual(["new", "absent"]);
    expect(found.syncs).toMatchObject([{ name: "media", before: undefined, fate: "added", from: "s3://source/", to: "s3://target/" }]);
  });

  test("whose base is no plan is new too", () => {
    expect(review("- [", objects())).toMatchObject({ meaning: "new", base: "unreadable" });
    expect(review("\u0000", objects())).toMatchObject({ meaning: "new", base: "unreadable" });
  });

  test("that is not valid says why, and still what changed", () => {
    const found = review(objects(), objects("delete: maybe\nverify: none"));
    expect(found.problems).toMatchObject([{ code: expect.any(String), line: 11 }]);
    expect(told(found)).toContain("danger VERIFICATION_WEAKER");
  });

  test("of a value that is not valid nothing is said that reassures", () => {
    const found = review(objects("delete: true"), objects("delete: tru"));
    expect(told(found)).toEqual(["danger DELETES"]);
    expect(found.findings.map(sentenceOf)[0]).toContain("([tru] is not valid: the worst is assumed)");
    const verified = review(objects("onExisting: overwrite"), objects("onExisting: fial"));
    expect(told(verified).filter((finding) => !finding.startsWith("danger"))).toEqual([]);
    expect(verified.syncs.map(({ fate }) => fate)).toEqual(["changed"]);
  });

  test("what else is said of a sync assumes the worst of a value that is not valid", () => {
    const found = review(objects("delete: true"), objects("delete: tru\nfrom: disk").replace("    from: src\n", ""));
    expect(told(found)).toContain("danger SOURCE_MOVED");
  });

  test("that is not valid is never said to mean the same", () => {
    const before = objects();
    const after = before.replace("from: src\n", "from: { location: src, prefixes: [a/, b/] }\n");
    const found = review(before, after);
    expect(found.problems).not.toEqual([]);
    expect(found.meaning).toBe("changed");
  });

  test("that is gone: each sync is, and nothing is deleted", () => {
    const found = reviewDeleted({ text: objects("delete: true"), file: "/plans/nightly.yaml", displayFile: "nightly.yaml" });
    expect(told(found)).toEqual(["change SYNC_REMOVED"]);
    expect([found.plan, found.meaning, found.base]).toEqual(["nightly", "deleted", "found"]);
    expect(found.syncs).toMatchObject([{ name: "media", fate: "removed", findings: { danger: 0, change: 1, note: 0 } }]);
    const unreadable = reviewDeleted({ text: "[", file: "/plans/nightly.yaml", displayFile: "nightly.yaml" });
    expect([told(unreadable), unreadable.base]).toEqual([[], "unreadable"]);
  });

  test("that is no YAML says so", () => {
    expect(review(objects(), "a: [")).toMatchObject({ problems: [{ code: "YAML_SYNTAX" }], findings: [], syncs: [] });
  });
});

describe("syncs", () => {
  const two = (second: string) => `${objects()}  ${second}`;

  test("added, removed, renamed", () => {
    const more = two("more:\n    from: disk\n    to: { location: dst, prefix: more/ }\n    needs: [media]\n");
    expect(told(review(objects(), more))).toEqual(["change SYNC_ADDED"]);
    expect(told(review(more, objects()))).toEqual(["change SYNC_REMOVED"]);
    expect(review(more, objects()).findings[0]).toMatchObject({ side: "base", place: { line: 11 }, anchor: { line: 7 } });
    const renamed = review(objects(), objects("renamedFrom: media", { name: "pictures" }));
    expect(told(renamed)).toEqual(["note SYNC_RENAMED"]);
    expect(renamed.syncs).toMatchObject([{ name: "pictures", before: "media", fate: "renamed" }]);
  });

  test("a new name that does not say so forgets what was completed", () => {
    expect(told(review(objects(), objects("", { name: "pictures" })))).toEqual(["danger STATE_ABANDONED", "change SYNC_ADDED", "change SYNC_REMOVED"]);
  });

  test("renamedFrom may go once it was applied", () => {
    const renamed = objects("renamedFrom: pictures");
    expect(told(review(renamed, objects()))).toEqual(["note RENAMED_FROM_DROPPED"]);
  });

  test("that take over another's state say so", () => {
    expect(told(review(objects(), objects("renamedFrom: pictures")))).toEqual(["change SYNC_RENAMED"]);
  });

  test("of another kind are other syncs", () => {
    const before = objects().replace("  media:", "  shop:");
    const after = database();
    expect(told(review(before, after))).toContain("danger KIND_CHANGED");
  });

  test("needs", () => {
    const more = (needs: string) => two(`more:\n    from: disk\n    to: { location: dst, prefix: more/ }\n${needs}`);
    expect(told(review(more("    needs: [media]\n"), more("")))).toContain("change ORDER_CHANGED");
  });

  test("what comes from the plan's defaults is said at the default, for each sync", () => {
    const plan = (defaults: string) => `${two("more:\n    from: disk\n    to: { location: dst, prefix: more/ }\n")}${defaults}`;
    const found = review(plan(""), plan("defaults: { objects: { delete: true } }\n")).findings;
    expect(found.map(({ code, sync, place }) => [code, sync, place.line])).toEqual([
      ["DELETES", "media", 14],
      ["DELETES", "more", 14],
    ]);
  });
});

describe("secrets", () => {
  const literal = objects("", { locations: "new1: { type: s3, bucket: a, credentials: { accessKeyId: AKIA, secretAccessKey: hunter2hunter2 } }" });
  const reference = literal.replace("hunter2hunter2", '"${SECRET}"');

  test("one in the new file makes the plan unusable", () => {
    expect(review(reference, literal).problems).toMatchObject([{ code: "SECRET_LITERAL" }]);
  });

  test("one that was in the old file is still in its history", () => {
    expect(told(review(literal, reference))).toEqual(["danger SECRET_IN_HISTORY", "change CREDENTIALS_CHANGED", "note VARIABLE_NEEDED"]);
  });

  test("none is ever told", () => {
    const url = (password: string) => database("", { locations: `new1: { type: postgres, url: "postgres://me:${password}@h/d" }` });
    for (const found of [
      review(reference, literal),
      review(literal, reference),
      review(url("hunter2hunter2"), url("hunter3hunter3")),
      review(undefined, url("hunter2hunter2")),
    ]) {
      expect(JSON.stringify(found)).not.toMatch(/hunter[23]/);
    }
    expect(told(review(url("hunter2hunter2"), url("hunter3hunter3")))).toEqual(["change CREDENTIALS_CHANGED"]);
  });
});

describe("what means the same is no change", () => {
  test.each([
    ["the same default, written", "", "delete: false\nonExisting: overwrite\nprefixes: []\nverify: checksum\nconcurrency: auto\nflowOutside: unlimited"],
    ["sizes", "where: { minSize: 1 KiB }", "where: { minSize: 1024 }"],
    ["times", "schedule: { every: 24h }", "schedule: { every: 1d, start: now, timezone: UTC }"],
    ["instants", "asOf: 2024-01-01T00:00:00Z", "asOf: 2024-01-01T01:00:00+01:00"],
    ["guards", "guards: { maxDeletes: 5 }", 'guards: { maxDeletes: "5" }'],
    ["rates", "rate: { bytes: 1 MB/s, requests: 100 }", "rate: { bytes: 1000 kB/s, requests: 100/s }"],
    ["order of filters", "include: [a, b]\nexclude: [c, d]", "exclude: [d, c]\ninclude: [b, a]"],
    ["order of prefixes", "prefixes: [a/, b/]", "prefixes: [b/, a/]"],
    ["order of what is preserved", "preserve: [metadata, headers, tags, mtime]", ""],
    ["windows", "flow: [{ maxRate: 1 MB/s }]", "flow: [{ between: '00:00-24:00', timezone: UTC, maxRate: 1000 kB/s }]"],
    ["names of metadata", "set: { metadata: { Origin: a } }", "set: { metadata: { origin: a } }"],
    ["keys of the user's", "x-note: a", "x-note: b"],
    ["an anchor", "include: [a]\nexclude: [a]", "include: &list [a]\nexclude: *list"],
    ["an end as a map", "needs: []", "to: { location: dst }"],
  ])("%s", (_, before, after) => {
    const found = review(withEnds(before), withEnds(after));
    expect(found.problems).toEqual([]);
    expect([told(found), found.meaning]).toEqual([[], "form"]);
  });

  test("references count as references: what a variable holds is nobody's business here", () => {
    const plan = objects("", { locations: 'new1: { type: postgres, url: "${DATABASE_URL}" }' });
    expect(review(plan, plan)).toMatchObject({ meaning: "identical", findings: [], problems: [] });
    const other = plan.replace("DATABASE_URL", "OTHER_URL");
    expect(told(review(plan, other))).toEqual(["note LOCATION_CHANGED", "note VARIABLE_NEEDED"]);
  });
});
