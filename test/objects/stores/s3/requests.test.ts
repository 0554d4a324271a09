import fc from "fast-check";
import { SignatureV4 } from "@smithy/signature-v4";
import { HttpRequest } from "@smithy/protocol-http";
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encodeKey, queryText } from "../../../../src/objects/stores/s3/addressing.ts";
import { isPassing, isThrottle, mayHaveApplied, S3Failure } from "../../../../src/objects/stores/s3/failure.ts";
import { keyProblem } from "../../../../src/objects/stores/s3/keys.ts";
import { backoffMs } from "../../../../src/objects/stores/s3/retry.ts";
import { Signer } from "../../../../src/objects/stores/s3/signer.ts";

describe("a key in a path", () => {
  test("is decoded to itself, with nothing but what needs no encoding", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).filter((key) => key.isWellFormed()),
        (key) => {
          const path = encodeKey(key);
          expect(decodeURIComponent(path)).toBe(key);
          expect(path).toMatch(/^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/);
        },
      ),
    );
    expect(encodeKey("b//c/./x/../y")).toBe("b//c/./x/../y");
    expect(queryText({ uploads: "", prefix: "a b&c" })).toBe("?uploads=&prefix=a%20b%26c");
  });

  test.each([
    ["", "KEY_EMPTY"],
    ["a\u0000b", "KEY_HAS_NUL"],
    ["a\ud800", "KEY_NOT_UTF8"],
    ["é".repeat(512), "KEY_TOO_LONG"],
  ])("is refused where no store could hold it: %j", (key, code) => {
    expect(keyProblem("p/", key)?.code).toBe(code);
  });

  test("may take 1024 bytes with the prefix", () => {
    expect(keyProblem("p/", "a".repeat(1022))).toBeUndefined();
    expect(keyProblem("p/", "a".repeat(1023))?.code).toBe("KEY_TOO_LONG");
  });
});

describe("a signature", () => {
  class PlainSha {
    readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
    constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
      this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", typeof secret === "string" ? secret : Buffer.from(secret as Uint8Array));
    }
    update(data: Uint8Array): void {
      this.#hash.update(data);
    }
    digest(): Promise<Uint8Array> {
      return Promise.resolve(this.#hash.digest());
    }
    reset(): void {}
  }

  test("is what the SDK's signer makes without our hashing, for one identity after the other", async () => {
    const at = new Date("2024-05-01T10:00:00Z");
    const request = {
      protocol: "https:",
      hostname: "s3.example",
      method: "PUT",
      path: "/b/k",
      query: { a: "1" },
      headers: { host: "s3.example", "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "x-amz-meta-a": "é" },
    };
    const identities = [
      { accessKeyId: "a", secretAccessKey: "secret" },
      { accessKeyId: "b", secretAccessKey: "secret", sessionToken: "token" },
      { accessKeyId: "a", secretAccessKey: "other" },
    ];
    const signer = new Signer("s3");
    for (const identity of [...identities, ...identities]) {
      const reference = new SignatureV4({
        service: "s3",
        region: "eu-north-1",
        credentials: identity,
        sha256: PlainSha,
        uriEscapePath: false,
        applyChecksum: false,
      });
      const expected = await reference.sign(new HttpRequest(request), { signingDate: at });
      expect(await signer.sign(request, identity, "eu-north-1", at)).toEqual(expected.headers);
    }
  });
});

describe("a failure", () => {
  const of = (status: number, code: string, headers: Record<string, string> = {}): S3Failure => new S3Failure(status, code, "", { headers });

  test.each([
    [429, "TooManyRequests"],
    [500, "InternalError"],
    [502, "HTTP_502"],
    [503, "SlowDown"],
    [503, "HTTP_503"],
    [504, "HTTP_504"],
    [400, "RequestTimeout"],
    [200, "InternalError"],
    [0, "ECONNRESET"],
    [0, "UND_ERR_HEADERS_TIMEOUT"],
    [0, "BODY_TRUNCATED"],
  ])("%s %s passes", (status, code) => {
    expect(isPassing(of(status, code))).toBe(true);
  });

  test.each([
    [403, "AccessDenied"],
    [404, "NoSuchBucket"],
    [400, "InvalidObjectName"],
    [400, "EntityTooLarge"],
    [412, "PreconditionFailed"],
    [0, "DEPTH_ZERO_SELF_SIGNED_CERT"],
    [501, "NotImplemented"],
  ])("%s %s stays", (status, code) => {
    expect(isPassing(of(status, code))).toBe(false);
  });

  test("may have been a success where no answer came, and not where no connection stood", () => {
    expect(mayHaveApplied(of(0, "ECONNRESET"))).toBe(true);
    expect(mayHaveApplied(of(500, "InternalError"))).toBe(true);
    expect(mayHaveApplied(of(0, "ECONNREFUSED"))).toBe(false);
    expect(mayHaveApplied(of(503, "SlowDown"))).toBe(false);
    expect(isThrottle(of(503, "SlowDown"))).toBe(true);
  });

  test("is waited out with full jitter under a cap, and never sooner than the server asks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const wait = backoffMs(attempt, of(503, "SlowDown"), () => random);
        expect(wait).toBeCloseTo(random * Math.min(20_000, 50 * 2 ** attempt));
      }),
    );
    expect(backoffMs(1, of(503, "SlowDown", { "retry-after": "2" }), () => 0)).toBe(2000);
    expect(backoffMs(1, of(503, "SlowDown", { "retry-after": "86400" }), () => 0)).toBe(60_000);
    expect(backoffMs(1, of(503, "SlowDown", { "retry-after": "soon" }), () => 0)).toBe(0);
  });
});
