import type { RunStatus } from "./state-store.ts";

const STATUSES: readonly RunStatus[] = ["running", "applied", "partly", "failed", "stopped", "interrupted"];

/** @returns `failed` for what no version of this layout writes */
export function statusOf(text: unknown): RunStatus {
  return STATUSES.find((status) => status === text) ?? "failed";
}
