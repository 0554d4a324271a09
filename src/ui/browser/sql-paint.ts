import type { Theme } from "../theme.ts";

const KEYWORDS =
  "ADD|ALTER|ALWAYS|AND|AS|ASC|BEFORE|BEGIN|BY|CASCADE|CASE|CHECK|COLLATE|COLUMN|COMMENT|CONSTRAINT|CREATE|DEFAULT|DELETE|DESC|DO|EACH|ELSE|END|EXECUTE|EXTENSION|FALSE|FOR|FOREIGN|FROM|FUNCTION|GENERATED|GRANT|IDENTITY|IF|IN|INDEX|INSERT|INTO|IS|JOIN|KEY|LANGUAGE|LEFT|NOT|NULL|ON|ONLY|OR|ORDER|OWNER|PARTITION|POLICY|PRIMARY|PROCEDURE|REFERENCES|REPLACE|RETURN|RETURNS|ROLE|ROW|SCHEMA|SECURITY|SELECT|SEQUENCE|SET|TABLE|THEN|TO|TRIGGER|TRUE|TYPE|UNIQUE|UPDATE|USING|VALUES|VIEW|WHEN|WHERE|WITH";
const TOKENS = new RegExp(String.raw`(?<comment>--.*$)|(?<string>'(?:[^']|'')*'?)|(?<name>"(?:[^"]|"")*"?)|(?<keyword>\b(?:${KEYWORDS})\b)`, "g");

/** A line of SQL with its words told apart. For reading only: it knows lines, no grammar. */
export function paintSql(line: string, theme: Theme): string {
  return line.replaceAll(TOKENS, (token, ...rest) => {
    const groups: unknown = rest.at(-1);
    if (typeof groups !== "object" || groups === null) return token;
    const { comment, string, keyword } = groups as Readonly<Record<string, string | undefined>>;
    if (comment !== undefined) return theme.faint(token);
    if (string !== undefined) return theme.add(token);
    return keyword === undefined ? token : theme.strong(token);
  });
}
