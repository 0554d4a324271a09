import { describe, expect, test } from "vitest";
import type { StoreCheck, WriteStore } from "../../../../src/objects/store.ts";
import { Secret } from "../../../../src/core/secret.ts";
import { BUCKET, Bench, never } from "./support.ts";

async function check(store: WriteStore, access: "read" | "write" = "write"): Promise<Record<string, StoreCheck["status"]>> {
  const found: Record<string, StoreCheck["status"]> = {};
  for await (const { code, status } of store.check(access, never)) found[code] = status;
  return found;
}

async function failures(store: WriteStore): Promise<StoreCheck[]> {
  const found: StoreCheck[] = [];
  for await (const each of store.check("write", never)) if (each.status === "fail") found.push(each);
  return found;
}

describe("checking a bucket", () => {
  test("finds all well, and leaves nothing: no object, version, delete marker or upload", async () => {
    await using bench = await Bench.start({ versioning: [BUCKET] });
    const store = await bench.write("p/");
    expect(await check(store)).toEqual({
      REACH: "pass",
      CREDENTIALS: "pass",
      LIST: "pass",
      CLOCK: "pass",
      READ: "pass",
      WRITE: "pass",
      CONDITIONS: "pass",
      VERSIONING: "pass",
    });
    expect(bench.server.versions(BUCKET)).toEqual([]);
    expect(bench.server.uploads(BUCKET)).toEqual([]);
  });

  test("leaves nothing either where conditions are ignored", async () => {
    await using bench = await Bench.start({ versioning: [BUCKET] });
    bench.server.faults.add({ effect: { kind: "ignore-conditions", conditions: ["put-if-match", "put-if-none-match"] } });
    expect(await check(await bench.write("p/"))).toMatchObject({ CONDITIONS: "pass" });
    expect(bench.server.versions(BUCKET)).toEqual([]);
  });

  test("aborts the probe of a check that was killed", async () => {
    await using bench = await Bench.start();
    const cut = bench.server.faults.add({ match: { operation: "AbortMultipartUpload" }, effect: { kind: "error", code: "AccessDenied" } });
    expect(await failures(await bench.write("p/"))).toMatchObject([{ code: "WRITE" }]);
    expect(bench.server.uploads(BUCKET)).toHaveLength(1);
    cut.remove();
    expect(await check(await bench.write("p/"))).toMatchObject({ WRITE: "pass" });
    expect(bench.server.uploads(BUCKET)).toEqual([]);
  });

  test("for reading writes nothing at all", async () => {
    await using bench = await Bench.start();
    expect(await check(await bench.write(), "read")).toEqual({ REACH: "pass", CREDENTIALS: "pass", LIST: "pass", CLOCK: "pass", READ: "pass" });
    expect(bench.server.requests.list.every(({ method }) => method === "GET" || method === "HEAD")).toBe(true);
  });

  test.each([
    ["a missing bucket", { bucket: "missing" }, "REACH", "NO_SUCH_BUCKET"],
    [
      "a wrong secret",
      { credentials: { kind: "static", accessKeyId: "tidemark", secretAccessKey: new Secret("wrong", "${S}"), sessionToken: undefined } },
      "CREDENTIALS",
      "CREDENTIALS_REJECTED",
    ],
    [
      "an unknown key",
      { credentials: { kind: "static", accessKeyId: "who", secretAccessKey: new Secret("wrong", "${S}"), sessionToken: undefined } },
      "CREDENTIALS",
      "CREDENTIALS_REJECTED",
    ],
    ["a closed port", { endpoint: "http://127.0.0.1:1" }, "REACH", "UNREACHABLE"],
  ] as const)("names %s, with what to do", async (_name, change, code, said) => {
    await using bench = await Bench.start();
    expect(await failures(await bench.write("", change))).toEqual([{ code, status: "fail", message: expect.stringContaining(said), hint: expect.any(String) }]);
  });

  test.each([
    ["ListObjectsV2", "LIST"],
    ["HeadObject", "READ"],
    ["CreateMultipartUpload", "WRITE"],
    ["AbortMultipartUpload", "WRITE"],
  ] as const)("names the permission that %s lacks", async (operation, code) => {
    await using bench = await Bench.start();
    bench.server.faults.add({ match: { operation }, effect: { kind: "error", code: "AccessDenied" } });
    expect(await failures(await bench.write())).toEqual([{ code, status: "fail", message: expect.any(String), hint: expect.stringContaining("s3:") }]);
  });
});
