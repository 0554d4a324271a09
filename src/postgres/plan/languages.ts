import type { Language } from "../catalog/special.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { qualifiedName, quoteName } from "../names.ts";

/**
 * What creates a language whose functions are the server's own: pg_dump names functions only where it
 * dumps them, and a server takes a language without any for an extension.
 */
export function languageStatement({ definition, tag }: DumpEntry, language: Language | undefined): string {
  const text = definition.trimEnd();
  if (language === undefined || / HANDLER /.test(text)) return text;
  const named = ({ schema, name }: NonNullable<Language["handler"]>) => qualifiedName(schema, name);
  const parts = [
    `CREATE OR REPLACE ${language.trusted ? "TRUSTED " : ""}PROCEDURAL LANGUAGE ${quoteName(tag)}`,
    language.handler && `HANDLER ${named(language.handler)}`,
    language.inline && `INLINE ${named(language.inline)}`,
    language.validator && `VALIDATOR ${named(language.validator)}`,
  ];
  return `${parts.filter((part) => part !== undefined).join(" ")};`;
}
