import type { Checksum, ChecksumAlgorithm } from "./checksums.ts";
import type { Content } from "./content.ts";

/** What a client tells of an object beside its bytes. */
export interface Properties {
  /** content-type and the other headers that come back as they were. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
  /** The x-amz-server-side-encryption headers, echoed. */
  readonly encryption: Readonly<Record<string, string>>;
}

export interface StoredObject extends Properties {
  readonly key: string;
  /** `null` where the bucket was not versioned when it came. */
  readonly versionId: string;
  readonly lastModified: Date;
  /** Without quotes. */
  readonly etag: string;
  readonly content: Content;
  readonly checksum: Checksum | undefined;
  /** Sizes, of an object that came in parts. */
  readonly parts: readonly number[] | undefined;
  /** Tags are the one thing that changes in place. */
  tags: ReadonlyMap<string, string>;
}

export interface DeleteMarker {
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: Date;
  readonly deleted: true;
}

export type StoredVersion = StoredObject | DeleteMarker;

export function isMarker(version: StoredVersion): version is DeleteMarker {
  return "deleted" in version;
}

export interface Part {
  readonly number: number;
  readonly etag: string;
  readonly content: Content;
  readonly checksum: Checksum | undefined;
  readonly lastModified: Date;
}

export interface Upload extends Properties {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly tags: ReadonlyMap<string, string>;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: Checksum["type"];
  readonly parts: Map<number, Part>;
}

export type Versioning = "Enabled" | "Suspended" | undefined;
