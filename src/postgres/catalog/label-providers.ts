import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { isWord, meaningful, nameOf, splitStatements } from "../dump/lexer.ts";
import { quoteName } from "../names.ts";

/** What a server says of a provider whose library it has not loaded. */
const NOT_LOADED = "22023";

/**
 * Which of these providers of security labels a server does not have: no catalog lists them. Each is asked about
 * by a statement that cannot succeed, since no large object has the number 0, and that a server refuses in
 * another way where it does not know the provider. One that does not tell is taken to be there.
 *
 * @param session in no transaction
 * @see https://www.postgresql.org/docs/current/sql-security-label.html
 */
export async function readLackingProviders(session: Session, providers: Iterable<string>): Promise<ReadonlySet<string>> {
  const lacking = new Set<string>();
  for (const provider of providers) {
    try {
      await session.query(`SECURITY LABEL FOR ${quoteName(provider)} ON LARGE OBJECT 0 IS NULL`);
    } catch (error) {
      if (session.isLost) throw error;
      if (sqlStateOf(error) === NOT_LOADED) lacking.add(provider);
    }
  }
  return lacking;
}

/** Each statement of a definition of labels, with its provider. */
export function labelStatements(definition: string): readonly { readonly statement: string; readonly provider: string }[] {
  return splitStatements(definition).map((statement) => {
    const words = meaningful(statement);
    const name = words[words.findIndex((word) => isWord(word, "for")) + 1];
    return { statement, provider: (name && nameOf(name)) ?? "" };
  });
}

/** Why labels stay behind. */
export function lackingRemark(providers: Iterable<string>): string {
  const names = [...new Set(providers)];
  return `The destination's server has not loaded the label provider${names.length === 1 ? "" : "s"} ${names.join(", ")}: shared_preload_libraries there names its library.`;
}
