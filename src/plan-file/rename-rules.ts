import type { RenameRule } from "./generated/plan.ts";
import type { Path } from "./node.ts";
import type { Part } from "./part.ts";

/** Looks whether each rule is a regular expression, and whether what replaces it refers to its groups. */
export function checkRenameRules(part: Part<unknown>, path: Path, rules: readonly RenameRule[] = []): void {
  for (const [at, { from, to }] of rules.entries()) {
    let groups;
    try {
      // With an empty alternative it matches anything, and tells how many groups there are.
      groups = new RegExp(`${from}|`, "u").exec("");
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/^.*\/u?: /s, "") : "";
      part.complain([...path, at, "from"], {
        code: "RENAME_RULE",
        message: `This is no regular expression: ${reason}.`,
        hint: "It is JavaScript's, with the `u` flag: escape what is meant literally.",
      });
      continue;
    }
    const count = (groups?.length ?? 1) - 1;
    const missing = [...to.matchAll(/\$([1-9][0-9]?)/g)].find(([, number]) => Number(number) > count);
    if (missing) {
      part.complain([...path, at, "to"], {
        code: "RENAME_RULE",
        message: `\`${missing[0]}\` refers to a group, and \`from\` has ${count}.`,
        hint: "A group is a part of `from` in parentheses.",
      });
    }
  }
}
