import type { Scope } from "./scope.ts";

export async function recoverUploads(_scope: Scope, _intents: readonly { readonly id: number; readonly kind: string; readonly key: string; readonly detail: string; readonly at: number }[], _signal: AbortSignal): Promise<readonly number[]> {
  return [];
}
