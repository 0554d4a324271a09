import type { BodySource, WriteOptions, WriteResult } from "../../store.ts";
import type { Scope } from "./scope.ts";

export async function writeInParts(_scope: Scope, _key: string, _source: BodySource, _options: WriteOptions): Promise<WriteResult> {
  throw new Error("not yet");
}
