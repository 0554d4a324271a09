import { withoutRoleSettings } from "../accounts/privileges.ts";
import { meaningful, nameOf, splitStatements } from "../dump/lexer.ts";

/**
 * The settings that a definition gives to a database, each as one text. Their order means nothing: pg_dump writes them
 * as it finds them. Those of roles in the database are not among them: they are planned with the role.
 */
export function settingsIn(definition: string): ReadonlySet<string> {
  const settings = splitStatements(withoutRoleSettings(definition)).map((statement) =>
    meaningful(statement)
      // A name is the same with and without its quotes.
      .map((token) => nameOf(token) ?? token.text)
      .join(" "),
  );
  return new Set(settings.filter((setting) => setting !== ""));
}

export function haveSameSettings(one: string, other: string): boolean {
  const [of, ofOther] = [settingsIn(one), settingsIn(other)];
  return of.size === ofOther.size && of.isSubsetOf(ofOther);
}
