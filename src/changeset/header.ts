/** One end of a sync, as a changeset remembers it. Holds no secret. */
export interface EndHeader {
  readonly location: string;
  /** For people: `s3://bucket/prefix/`, `/mnt/share/`. */
  readonly display: string;
  /** As declared, the same on any machine; part of the identity. */
  readonly identity: string;
  /** What it resolved to here: endpoint and bucket, real path. A changeset is refused where this differs. */
  readonly resolved: string;
}

/** What one sync of a changeset is, before its actions. */
export interface SyncHeader {
  readonly name: string;
  readonly kind: "objects" | "postgres";
  readonly from: EndHeader;
  readonly to: EndHeader;
  /** Locked while a run writes: the destination's resolved place. */
  readonly destination: string;
  /** Options that change what a write does (storage class, metadata, what is preserved), canonical JSON. */
  readonly options: string;
}
