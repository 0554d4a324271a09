import { visible } from "../core/escape.ts";
import type { Check } from "../driver/sync-driver.ts";
import type { Paint } from "./paint.ts";

/** @param accepted the user confirmed it */
export function checkLines({ sync, status, subject, message, hint, code }: Check, paint: Paint, accepted: boolean): string {
  const mark =
    status === "pass" ? paint.good("pass     ") : status === "fail" ? paint.remove("FAIL     ") : accepted ? paint.good("confirmed") : paint.warn("CONFIRM  ");
  const first = `${mark}  ${sync === undefined ? "" : `${visible(sync)}: `}${visible(subject)}`;
  if (status === "pass") return `${first}: ${visible(message)}\n`;
  const lines = [first, `           ${visible(message)} ${paint.faint(`[${code}]`)}`];
  if (hint !== undefined) lines.push(`           ${visible(hint)}`);
  return `${lines.join("\n")}\n`;
}

export function checkJson({ sync, code, status, subject, message, hint }: Check, accepted: boolean): { type: "check"; [field: string]: unknown } {
  return {
    type: "check",
    ...(sync !== undefined && { sync }),
    code,
    status,
    ...(status === "confirm" && { confirmed: accepted }),
    subject,
    message,
    ...(hint !== undefined && { hint }),
  };
}
