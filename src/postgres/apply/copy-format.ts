import type { Session } from "../connect/session.ts";
import { typesMatchForBinary } from "../copy/binary-types.ts";
import type { TableWork } from "./table-jobs.ts";

/** For fewer bytes it does not matter how they are written. */
const BINARY_FROM_BYTES = 2 ** 20;

/**
 * Chooses how the rows of each table travel: binary where both sides take every column's bytes for the
 * same, which spares both servers most of their work; and in the databases' own encoding where they
 * share one that is not Unicode, so that bytes which are no text in it arrive as they are.
 */
export async function chooseFormats(source: Session, destination: Session, works: readonly TableWork[]): Promise<readonly TableWork[]> {
  const encodings = [await encodingOf(source), await encodingOf(destination)];
  const encoding = encodings[0] === encodings[1] && encodings[0] !== "UTF8" ? encodings[0] : undefined;
  const large = works.filter(({ relation }) => relation.bytes >= BINARY_FROM_BYTES);
  const answers = await typesMatchForBinary(
    source,
    destination,
    large.map(({ copy }) => ({ source: copy.from, destination: copy.to, columns: copy.columns.map((name) => ({ source: name, destination: name })) })),
  );
  const binary = new Set(large.filter((_, at) => answers[at]));
  return works.map((work) => ({ ...work, copy: { ...work.copy, encoding, binary: binary.has(work) } }));
}

async function encodingOf(session: Session): Promise<string> {
  const [row] = await session.query<{ encoding: string }>(
    "SELECT pg_catalog.pg_encoding_to_char(encoding) AS encoding FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
  );
  return row?.encoding ?? "";
}
