import { TidemarkError } from "../../core/errors.ts";

/** One object as pg_dump wrote it, in an order in which all can be restored. */
export interface DumpEntry {
  /** Of this dump only. */
  readonly dumpId: number;
  readonly classOid: number;
  readonly oid: number;
  /** pg_dump's word for the kind: `TABLE`, `FK CONSTRAINT`, `TEXT SEARCH PARSER`, … */
  readonly type: string;
  /** The name, for some types with the table before it (`users users_pkey`) or with arguments (`f(integer)`). */
  readonly tag: string;
  readonly section: "none" | "pre-data" | "data" | "post-data";
  /** SQL, one or more statements; "" where the entry has no definition of its own. */
  readonly definition: string;
  readonly dropStatement: string;
  readonly schema: string | undefined;
  readonly tablespace: string | undefined;
  readonly accessMethod: string | undefined;
  /** `pg_class.relkind`, or "" where it is no relation. */
  readonly relkind: string;
  readonly owner: string;
  /** `dumpId`s of what has to be there before. */
  readonly dependencies: readonly number[];
}

export interface DumpArchive {
  /** `server_version` of the dumped server. */
  readonly serverVersion: string;
  readonly entries: readonly DumpEntry[];
}

const SECTIONS = ["none", "pre-data", "data", "post-data"] as const;
const OLDEST = 0x010c00;
const NEWEST = 0x011000;
const V1_14 = 0x010e00;
const V1_15 = 0x010f00;
const V1_16 = 0x011000;
const CUSTOM = 1;

/**
 * Reads the table of contents of an archive that `pg_dump --format=custom` wrote. It holds each
 * object's definition apart, with its owner and its dependencies, so that no SQL has to be taken to
 * pieces: nothing in a function's body can be mistaken for the begin of another object.
 *
 * @throws TidemarkError `DUMP_UNREADABLE` where it is no such archive, or of another version
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/pg_backup_archiver.c ReadHead and ReadToc
 */
export function readArchive(bytes: Uint8Array): DumpArchive {
  const reader = new ArchiveReader(bytes);
  if (reader.text(5) !== "PGDMP") throw unreadable("it does not begin as one");
  const version = (reader.byte() << 16) | (reader.byte() << 8) | reader.byte();
  if (version < OLDEST || version > NEWEST) throw unreadable(`its version is ${version >> 16}.${(version >> 8) & 255}`);
  reader.intSize = reader.byte();
  reader.offsetSize = reader.byte();
  if (reader.byte() !== CUSTOM) throw unreadable("its format is not custom");
  if (version >= V1_15) reader.byte();
  else reader.int();
  // When it was made, in seven numbers.
  for (let part = 0; part < 7; part += 1) reader.int();
  reader.string();
  const serverVersion = reader.string() ?? "";
  reader.string();
  const count = reader.int();
  const entries: DumpEntry[] = [];
  for (let at = 0; at < count; at += 1) entries.push(readEntry(reader, version));
  return { serverVersion, entries };
}

function readEntry(reader: ArchiveReader, version: number): DumpEntry {
  const dumpId = reader.int();
  reader.int();
  const classOid = Number(reader.string());
  const oid = Number(reader.string());
  const tag = reader.string() ?? "";
  const type = reader.string() ?? "";
  const section = SECTIONS[reader.int() - 1] ?? "none";
  const definition = reader.string() ?? "";
  const dropStatement = reader.string() ?? "";
  reader.string();
  const schema = reader.string() || undefined;
  const tablespace = reader.string() || undefined;
  const accessMethod = version >= V1_14 ? reader.string() || undefined : undefined;
  const relkind = version >= V1_16 ? reader.int() : 0;
  const owner = reader.string() ?? "";
  reader.string();
  const dependencies: number[] = [];
  for (let text = reader.string(); text !== undefined; text = reader.string()) dependencies.push(Number(text));
  reader.offset();
  return {
    dumpId,
    classOid,
    oid,
    type,
    tag,
    section,
    definition,
    dropStatement,
    schema,
    tablespace,
    accessMethod,
    relkind: relkind === 0 ? "" : String.fromCharCode(relkind),
    owner,
    dependencies,
  };
}

class ArchiveReader {
  readonly #bytes: Buffer;
  #at = 0;
  intSize = 4;
  offsetSize = 8;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw unreadable("it ends too early");
    this.#at += 1;
    return value;
  }

  text(length: number): string {
    if (this.#at + length > this.#bytes.length) throw unreadable("it ends too early");
    this.#at += length;
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }

  /** A byte for the sign, then the lowest byte first. */
  int(): number {
    const sign = this.byte();
    let value = 0;
    for (let at = 0; at < this.intSize; at += 1) value += this.byte() * 2 ** (8 * at);
    return sign === 0 ? value : -value;
  }

  /** @returns undefined for what C calls NULL */
  string(): string | undefined {
    const length = this.int();
    return length < 0 ? undefined : this.text(length);
  }

  /** Where the entry's data begin: a schema alone has none. */
  offset(): void {
    for (let at = 0; at <= this.offsetSize; at += 1) this.byte();
  }
}

function unreadable(why: string): TidemarkError {
  return new TidemarkError("DUMP_UNREADABLE", `What pg_dump wrote cannot be read as an archive: ${why}.`, {
    hint: "Archives are read as pg_dump of PostgreSQL 12 to 18 writes them: let TIDEMARK_PG_DUMP name such a one, or use a newer version of Tidemark.",
  });
}
