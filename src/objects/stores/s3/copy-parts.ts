import type { CopyOptions, ObjectHead, WriteResult } from "../../store.ts";
import type { Scope } from "./scope.ts";

export async function copyInParts(_to: Scope, _from: Scope, _key: string, _source: { readonly head: ObjectHead; readonly headers: Readonly<Record<string, string>> }, _options: CopyOptions): Promise<WriteResult> {
  throw new Error("not yet");
}
