import { randomBytes } from "node:crypto";
import { isMarker, type StoredObject, type StoredVersion, type Upload, type Versioning } from "./model.ts";
import { SortedKeys } from "./sorted-keys.ts";

export interface BucketOptions {
  readonly name: string;
  /** Default: the server's. */
  readonly region?: string | undefined;
  /** How a request signed for another region is turned away. Default AuthorizationHeaderMalformed, which names the right one. */
  readonly elsewhere?: "PermanentRedirect" | "AuthorizationHeaderMalformed" | undefined;
  readonly versioning?: Versioning;
  /** Anybody may read it without signing. Default false. */
  readonly public?: boolean | undefined;
}

/** What a write hands over; the bucket gives it a version. */
export type NewObject = Omit<StoredObject, "versionId">;

export class Bucket {
  readonly name: string;
  readonly region: string;
  readonly elsewhere: "PermanentRedirect" | "AuthorizationHeaderMalformed";
  readonly public: boolean;
  readonly created: Date;
  readonly uploads = new Map<string, Upload>();
  versioning: Versioning;
  /** Newest last, never empty. */
  readonly #versions = new Map<string, readonly StoredVersion[]>();
  readonly #sorted = new SortedKeys((key) => this.#versions.has(key));
  /** What an overwrite or a delete replaced last, for stale reads. */
  readonly #replaced = new Map<string, StoredObject>();

  constructor({ name, region, elsewhere, versioning, public: open }: BucketOptions, defaultRegion: string, created: Date) {
    this.name = name;
    this.region = region ?? defaultRegion;
    this.elsewhere = elsewhere ?? "AuthorizationHeaderMalformed";
    this.public = open ?? false;
    this.versioning = versioning;
    this.created = created;
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** In byte order, also those with only a delete marker on top. */
  sortedKeys(): readonly string[] {
    return this.#sorted.read();
  }

  /** The newest version where it is an object. */
  current(key: string): StoredObject | undefined {
    const newest = this.newest(key);
    return newest === undefined || isMarker(newest) ? undefined : newest;
  }

  newest(key: string): StoredVersion | undefined {
    return this.#versions.get(key)?.at(-1);
  }

  /** Newest last. */
  versionsOf(key: string): readonly StoredVersion[] {
    return this.#versions.get(key) ?? [];
  }

  version(key: string, versionId: string): StoredVersion | undefined {
    return this.#versions.get(key)?.find((version) => version.versionId === versionId);
  }

  /** What was there before the last change of this key. */
  before(key: string): StoredObject | undefined {
    const older = this.versionsOf(key).at(-2);
    return older !== undefined && !isMarker(older) ? older : this.#replaced.get(key);
  }

  put(object: NewObject): StoredObject {
    const stored: StoredObject = { ...object, versionId: this.#newVersionId() };
    stored.content.retain();
    this.#push(stored);
    return stored;
  }

  /** Without a version id: removes the object, or hides it under a delete marker where the bucket is versioned. */
  delete(key: string, lastModified: Date): StoredVersion | undefined {
    if (this.versioning === undefined) {
      const only = this.newest(key);
      if (only !== undefined) this.#set(key, []);
      return undefined;
    }
    const marker: StoredVersion = { key, versionId: this.#newVersionId(), lastModified, deleted: true };
    this.#push(marker);
    return marker;
  }

  deleteVersion(key: string, versionId: string): StoredVersion | undefined {
    const found = this.version(key, versionId);
    if (found !== undefined)
      this.#set(
        key,
        this.versionsOf(key).filter((version) => version !== found),
      );
    return found;
  }

  #newVersionId(): string {
    return this.versioning === "Enabled" ? randomBytes(24).toString("base64url") : "null";
  }

  #push(version: StoredVersion): void {
    this.#set(version.key, [...this.versionsOf(version.key).filter((other) => other.versionId !== version.versionId), version]);
  }

  #set(key: string, versions: readonly StoredVersion[]): void {
    const old = this.versionsOf(key);
    if (versions.length === 0) {
      this.#versions.delete(key);
      this.#sorted.remove();
    } else {
      if (old.length === 0) this.#sorted.add(key);
      this.#versions.set(key, versions);
    }
    for (const version of old) if (!isMarker(version) && !versions.includes(version)) this.#keepReplaced(version);
  }

  #keepReplaced(object: StoredObject): void {
    this.#replaced.get(object.key)?.content.release();
    this.#replaced.set(object.key, object);
  }
}
