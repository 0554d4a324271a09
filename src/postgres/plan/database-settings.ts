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

/** The same text for the same settings, in whichever order a definition gives them. */
export function settingsText(definition: string): string {
  return [...settingsIn(definition)].toSorted().join("\n");
}
