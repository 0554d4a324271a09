import { TidemarkError } from "../../core/errors.ts";
import type { Remark } from "../../ui/dialogue/question.ts";
import type { Finding } from "./try-location.ts";

export type TriedRemark = Remark & { readonly isFinal?: boolean | undefined };

/** What is made, or why it cannot be, as a remark. */
export function locationOr<T extends object>(make: () => T): T | (Remark & { readonly mark: "bad" }) {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    return { mark: "bad", text: error.message, hint: error.hint };
  }
}

/** What was found, for whoever answers. */
export function remark({ status, code, message, hint, isFinal }: Finding): TriedRemark {
  const mark = ({ pass: "good", confirm: "warn", fail: "bad" } as const)[status];
  return { mark, text: status === "pass" || /\[[A-Z0-9_]+\]$/.test(message) ? message : `${message} [${code}]`, hint, isFinal };
}

/** Nothing to be said of an answer: it is taken. */
export async function* nothing(): AsyncGenerator<Remark> {}

export async function* only<T extends Remark>(said: T): AsyncGenerator<T> {
  yield said;
}
