import type { Check } from "../../driver/sync-driver.ts";

/** What one check found; whoever asked knows the sync. */
export type Finding = Omit<Check, "sync">;

export function pass(code: string, subject: string, message: string): Finding {
  return { code, status: "pass", subject, message, hint: undefined };
}

/** Blocks `apply` until the user confirms the code. */
export function confirm(code: string, subject: string, message: string, hint: string): Finding {
  return { code, status: "confirm", subject, message, hint };
}

export function fail(code: string, subject: string, message: string, hint: string): Finding {
  return { code, status: "fail", subject, message, hint };
}

const SHOWN = 10;

/** Up to 10 names, and how many more there are: `public.a, public.b`. */
export function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more > 0 ? `${names.slice(0, SHOWN).join(", ")} and ${more} more` : names.join(", ");
}

/** `1 table`, `2 tables`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
