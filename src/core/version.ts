/**
 * What an item looked like when it was decided on. Apply enforces it; what no longer matches is stale.
 *
 * Objects: `versionId` where the store has one, else `etag` + `modified` + `size`: an ETag alone does
 * not change when only the metadata does. Files: `modified` (nanoseconds) + `size`.
 * Database objects: `fingerprint` of the definition.
 */
export interface ItemVersion {
  /** Bytes. */
  readonly size?: number | undefined;
  /**
   * As exact as the store tells it. S3: the ISO instant of the listing, `2024-05-01T10:00:00.000Z`.
   * Files: seconds and nanoseconds since the epoch, `1714557600.123456789`: a JS number cannot hold them.
   */
  readonly modified?: string | undefined;
  /** Without quotes. */
  readonly etag?: string | undefined;
  readonly versionId?: string | undefined;
  readonly fingerprint?: string | undefined;
}
