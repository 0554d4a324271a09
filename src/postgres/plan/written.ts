import type { SpecialObjects } from "../catalog/special.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { definitionOf } from "./definition.ts";
import { languageStatement } from "./languages.ts";
import { withoutNotNullConstraints } from "./not-null.ts";

/** For whom definitions are written. */
export interface Reader {
  /** `server_version_num` of the server that is to read them. */
  readonly version: number;
  /** Of the source, by OID. */
  readonly languages: SpecialObjects["languages"];
}

/** What creates an object on a server, without its owner: pg_dump writes for its own version. */
export function writtenFor(entry: DumpEntry, { version, languages }: Reader): string {
  switch (entry.type) {
    case "PROCEDURAL LANGUAGE":
      return languageStatement(entry, languages.get(entry.oid));
    case "TABLE":
    case "FOREIGN TABLE":
      return withoutNotNullConstraints(definitionOf(entry), entry, version);
    default:
      return definitionOf(entry);
  }
}
