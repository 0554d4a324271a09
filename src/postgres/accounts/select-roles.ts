import type { PostgresSync } from "../../core/sync-plan.ts";
import { patternOf } from "../patterns.ts";

/** Whether a role is part of a sync, by what the plan says. */
export type SelectRole = (name: string) => boolean;

export function makeSelectRole({ include, exclude }: PostgresSync["accounts"]): SelectRole {
  const excluded = exclude.map(patternOf);
  const included = typeof include === "string" ? undefined : include.map(patternOf);
  return (name) => {
    if (include === "none" || excluded.some((pattern) => pattern.test(name))) return false;
    return included === undefined || included.some((pattern) => pattern.test(name));
  };
}
