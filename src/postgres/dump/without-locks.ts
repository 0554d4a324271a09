import { qualifiedName } from "../names.ts";
import { isWord, meaningful, nameOf } from "./lexer.ts";

const QUERY = 0x51;
const LOCK = "LOCK TABLE ";
/** Does nothing: pg_dump's transaction is read only. */
const NOTHING = "SET TRANSACTION READ ONLY";

/**
 * A message of pg_dump as it is to be sent, where the role may not read some of the tables. pg_dump locks every
 * table, and so gives up at the first that it may not lock, though to read its definition takes no permission.
 *
 * @param tables not to be locked, as `qualifiedName` writes them
 */
export function withoutLocks(message: Buffer, tables: ReadonlySet<string>): Buffer {
  if (tables.size === 0 || message[0] !== QUERY || message.length !== 1 + message.readInt32BE(1)) return message;
  const sql = message.toString("utf8", 5, message.length - 1);
  if (!sql.startsWith(LOCK)) return message;
  const words = meaningful(sql);
  const kept: string[] = [];
  let at = 2;
  for (; at < words.length && !isWord(words[at], "in"); at += words[at + 3]?.text === "," ? 4 : 3) {
    const [schema, , name] = words.slice(at, at + 3);
    const table = schema && name && qualifiedName(nameOf(schema), nameOf(name) ?? "");
    if (table !== undefined && !tables.has(table)) kept.push(table);
  }
  const mode = words
    .slice(at)
    .map(({ text }) => text)
    .join(" ");
  return queryMessage(kept.length === 0 ? NOTHING : `${LOCK}${kept.join(", ")} ${mode}`);
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html Query */
function queryMessage(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`);
  const header = Buffer.alloc(5);
  header[0] = QUERY;
  header.writeInt32BE(text.length + 4, 1);
  return Buffer.concat([header, text]);
}
