import { hash } from "node:crypto";
import type { S3Location } from "../../../core/sync-plan.ts";
import type { ListedObject, StateObject, StateObjects, WriteAnswer, WriteCondition } from "../../../state/journal/state-objects.ts";
import type { StoreContext } from "../../store.ts";
import { failureOf, type S3Answer, type S3Client } from "./client.ts";
import { borrowClient } from "./clients.ts";
import { explain } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import { listObjects } from "./list.ts";
import { customerKeyHeaders, writeEncryptionHeaders } from "./location-headers.ts";
import { LIMITS, type Scope } from "./scope.ts";
import { bareEtag, quotedEtag } from "./version-pin.ts";

/** Dates are told to the second, and were true before the answer was on its way. */
const CLOCK_PRECISION_MS = 2000;
const never = new AbortController().signal;

/**
 * A place in a bucket that holds a state.
 *
 * @param prefix beneath the location's own; ends in `/`
 */
export function openS3StateObjects(location: S3Location, prefix: string): StateObjects {
  const { client, release } = borrowClient(location);
  const root = location.prefix + prefix;
  const context: StoreContext = { emit: () => {}, ownPaths: [] };
  return new S3StateObjects({ client, context, bucket: location.bucket, root, display: `s3://${location.bucket}/${root}`, limits: LIMITS }, release);
}

class S3StateObjects implements StateObjects {
  readonly display: string;
  readonly close: () => Promise<void>;
  readonly #scope: Scope;
  readonly #client: S3Client;
  #clockOffsetMs = 0;

  constructor(scope: Scope, release: () => Promise<void>) {
    this.display = scope.display;
    this.close = release;
    this.#scope = scope;
    this.#client = scope.client;
  }

  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  async read(name: string, unless?: string): Promise<StateObject | "unchanged" | undefined> {
    const answer = await this.#send("read", () =>
      this.#client.send({
        method: "GET",
        key: this.#scope.root + name,
        headers: { ...customerKeyHeaders(this.#client.location), ...(unless !== undefined && { "if-none-match": quotedEtag(unless) }) },
        allow: [304, 404],
        context: this.#scope.context,
        signal: never,
      }),
    );
    if (answer.status === 304) return "unchanged";
    if (answer.status === 404) {
      const failure = failureOf(answer);
      if (failure.code === "NoSuchBucket") throw explain(this.#scope, failure, undefined, "read");
      return undefined;
    }
    const size = answer.headers["content-length"];
    if (size !== undefined && Number(size) !== answer.body.byteLength) {
      throw explain(this.#scope, new S3Failure(0, "BODY_TRUNCATED", `${answer.body.byteLength} of ${size} bytes came`), undefined, "read");
    }
    return { bytes: answer.body, etag: bareEtag(answer.headers["etag"]) };
  }

  async write(name: string, bytes: Uint8Array, condition?: WriteCondition): Promise<WriteAnswer> {
    const answer = await this.#send("write", () =>
      this.#client.send({
        method: "PUT",
        key: this.#scope.root + name,
        headers: {
          "content-length": String(bytes.byteLength),
          // Buckets whose objects are locked take no write without one.
          "content-md5": hash("md5", bytes, "base64"),
          ...writeEncryptionHeaders(this.#client.location),
          ...(condition?.kind === "absent" && { "if-none-match": "*" }),
          ...(condition?.kind === "etag" && { "if-match": quotedEtag(condition.etag) }),
        },
        body: bytes,
        // A condition on what is not there is answered with 404, two at once with 409.
        allow: condition === undefined ? [] : [404, 409, 412],
        context: this.#scope.context,
        signal: never,
      }),
    );
    if (answer.status < 300) return { written: true, etag: bareEtag(answer.headers["etag"]), mayBeOurs: false };
    const failure = failureOf(answer);
    const isCondition = answer.status === 412 || failure.code === "NoSuchKey" || failure.code === "ConditionalRequestConflict";
    if (!isCondition) throw explain(this.#scope, failure, undefined, "write");
    return { written: false, etag: "", mayBeOurs: answer.maybeApplied };
  }

  async *list(prefix: string): AsyncGenerator<readonly ListedObject[]> {
    for await (const page of listObjects(this.#scope, { prefix, anyOrder: true }, never)) {
      yield page.map(({ key, modifiedMs }) => ({ name: key, writtenAt: modifiedMs }));
    }
  }

  async remove(name: string): Promise<void> {
    await this.#send("delete", () =>
      this.#client.send({ method: "DELETE", key: this.#scope.root + name, allow: [404], context: this.#scope.context, signal: never }),
    );
  }

  async #send(deed: "read" | "write" | "delete", send: () => Promise<S3Answer>): Promise<S3Answer> {
    try {
      const answer = await send();
      const offset = Date.parse(answer.headers["date"] ?? "") - Date.now();
      if (!Number.isNaN(offset)) this.#clockOffsetMs = Math.abs(offset) < CLOCK_PRECISION_MS ? 0 : offset;
      return answer;
    } catch (error) {
      throw error instanceof S3Failure ? explain(this.#scope, error, undefined, deed) : error;
    }
  }
}
