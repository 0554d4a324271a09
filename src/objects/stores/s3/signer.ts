import { createHash, createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignableRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** Signing keys are few (one a day, region and identity) and asked for at every request. */
const KEYS_KEPT = 64;
const keyObjects = new Map<string, KeyObject>();

function keyObject(secret: string | Uint8Array): KeyObject {
  const name = typeof secret === "string" ? secret : Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength).toString("latin1");
  let key = keyObjects.get(name);
  if (key === undefined) {
    if (keyObjects.size >= KEYS_KEPT) keyObjects.clear();
    key = createSecretKey(typeof secret === "string" ? Buffer.from(secret, "utf8") : secret);
    keyObjects.set(name, key);
  }
  return key;
}

/**
 * SHA-256 for the SDK's signer over node:crypto. Making a key object out of bytes costs more than
 * the HMAC itself, and the one-shot hash is cheaper than a hash object, so both are kept.
 */
class Sha256 {
  readonly #key: KeyObject | undefined;
  readonly #secret: string | undefined;
  #chunk: Uint8Array | undefined;
  #more: Uint8Array[] | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    if (secret === undefined) return;
    if (typeof secret === "string") this.#secret = secret;
    if (typeof secret === "string" || secret instanceof Uint8Array) this.#key = keyObject(secret);
    else if (ArrayBuffer.isView(secret)) this.#key = keyObject(new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength));
    else this.#key = keyObject(new Uint8Array(secret));
  }

  update(data: Uint8Array): void {
    if (this.#chunk === undefined) this.#chunk = data;
    else (this.#more ??= []).push(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#digest());
  }

  #digest(): Uint8Array {
    const first = this.#chunk ?? new Uint8Array(0);
    if (this.#more === undefined) {
      if (this.#key === undefined) return hash("sha256", first, "buffer");
      if (this.#secret !== undefined) return remembered(this.#secret, this.#key, first);
    }
    const hasher = this.#key === undefined ? createHash("sha256") : createHmac("sha256", this.#key);
    hasher.update(first);
    for (const chunk of this.#more ?? []) hasher.update(chunk);
    return hasher.digest();
  }

  reset(): void {
    this.#chunk = undefined;
    this.#more = undefined;
  }
}

let lastSecret = "";
let lastData = "";
let lastDigest: Uint8Array = new Uint8Array(0);

/** To find its cached signing key, the signer asks at every request for the same HMAC of the same secret. */
function remembered(secret: string, key: KeyObject, bytes: Uint8Array): Uint8Array {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  if (secret !== lastSecret || data !== lastData) {
    lastDigest = createHmac("sha256", key).update(bytes).digest();
    lastSecret = secret;
    lastData = data;
  }
  return lastDigest;
}

/** Adds `x-amz-date`, the session token and `authorization`. The payload's hash is in its header already. */
export class Signer {
  readonly #service: string;
  readonly #signers = new WeakMap<Identity, SignatureV4>();

  constructor(service: string) {
    this.#service = service;
  }

  /** @returns headers of the signed request */
  async sign(request: SignableRequest, identity: Identity, region: string, at: Date): Promise<Record<string, string>> {
    let signer = this.#signers.get(identity);
    if (signer === undefined) {
      const { accessKeyId, secretAccessKey, sessionToken } = identity;
      signer = new SignatureV4({
        service: this.#service,
        region,
        credentials: sessionToken === undefined ? { accessKeyId, secretAccessKey } : { accessKeyId, secretAccessKey, sessionToken },
        sha256: Sha256,
        // S3 alone among services signs the path as it is sent.
        uriEscapePath: false,
        applyChecksum: false,
      });
      this.#signers.set(identity, signer);
    }
    const signed = await signer.sign(new HttpRequest(request), { signingDate: at, signingRegion: region });
    return signed.headers;
  }
}
