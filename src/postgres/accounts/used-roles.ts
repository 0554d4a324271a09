import type { DumpEntry } from "../dump/archive.ts";
import { isWord, meaningful, nameOf, splitStatements } from "../dump/lexer.ts";

/** Roles that a dump's objects belong to, and those to which something is granted on them. */
export function usedRoles(entries: readonly DumpEntry[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { type, owner, definition } of entries) {
    if (owner !== "") used.add(owner);
    if (type === "ACL" || type === "DEFAULT ACL") for (const role of grantees(definition)) used.add(role);
  }
  return used;
}

/** The names after TO and FROM: what pg_dump writes of privileges has no other use for the words. */
function grantees(sql: string): readonly string[] {
  const names: string[] = [];
  for (const statement of splitStatements(sql)) {
    const words = meaningful(statement);
    const start = words.findLastIndex((word) => isWord(word, "to") || isWord(word, "from"));
    for (let at = start + 1; start >= 0 && at < words.length; at += 1) {
      const word = words[at];
      if (word === undefined || isWord(word, "with") || isWord(word, "granted")) break;
      const name = isWord(word, "public") ? undefined : nameOf(word);
      if (name !== undefined) names.push(name);
    }
  }
  return names;
}
