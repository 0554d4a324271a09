import type { StoreCheck } from "../../store.ts";
import type { Scope } from "./scope.ts";

export async function* checkStore(_scope: Scope, _access: "read" | "write", _signal: AbortSignal): AsyncGenerator<StoreCheck> {}
