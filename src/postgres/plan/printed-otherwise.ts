import type { DatabaseKind } from "../../driver/database-action.ts";
import { isWord, meaningful } from "../dump/lexer.ts";
import { settingsIn } from "./database-settings.ts";
import { elementsOf } from "./table-elements.ts";

export interface Printed {
  readonly kind: DatabaseKind;
  /** As it was to be created, and as the destination prints it now. */
  readonly created: string;
  readonly found: string;
  readonly isSameMajor: boolean;
}

/**
 * Whether what an earlier run created may be unchanged though it is printed otherwise: servers print
 * expressions in words of their own, each major in others. Where they do not, somebody changed it since.
 */
export function isPrintedOtherwise({ kind, created, found, isSameMajor }: Printed): boolean {
  if (kind === "table" || kind === "foreign-table") return outlineOf(created) === outlineOf(found);
  // One setting may have been left behind, which the others at the destination do not show.
  if (kind === "database-setting") return settingsIn(found).isSubsetOf(settingsIn(created));
  return !isSameMajor;
}

/** Columns and constraints without the expressions of checks, which are the ones that are put in other words. */
function outlineOf(ddl: string): string {
  const outlines = elementsOf(ddl).elements.map((element) => {
    const words = meaningful(element);
    const check = words.findIndex((word) => isWord(word, "check"));
    return (check < 0 ? words : words.slice(0, check + 1)).map(({ text }) => text).join(" ");
  });
  return JSON.stringify(outlines);
}
