import { readFlow } from "../core/flow.ts";
import type { ControlRequest } from "./state-store.ts";

/** As in a plan. */
const MOST_CONCURRENCY = 10_000;

/** A request as the state keeps it: a word, or JSON. An older version leaves out what it does not know. */
export function writeControl(control: ControlRequest): string {
  if (typeof control === "string") return control;
  if ("flow" in control) return JSON.stringify({ type: "flow", sync: control.sync, flow: control.flow ?? null });
  return JSON.stringify({ type: "concurrency", sync: control.sync, concurrency: control.concurrency ?? null });
}

/** @returns undefined where it is none that this version knows: the file is not trusted */
export function readControl(text: string): ControlRequest | undefined {
  if (text === "stop" || text === "abort") return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  const { type, sync, flow, concurrency } = value as {
    readonly type: unknown;
    readonly sync?: unknown;
    readonly flow?: unknown;
    readonly concurrency?: unknown;
  };
  if (typeof sync !== "string") return undefined;
  if (type === "concurrency") {
    if (concurrency === null) return { sync, concurrency: undefined };
    return isConcurrency(concurrency) ? { sync, concurrency } : undefined;
  }
  if (type !== "flow") return undefined;
  if (flow === null) return { sync, flow: undefined };
  const read = readFlow(flow);
  return read && { sync, flow: read };
}

function isConcurrency(value: unknown): value is "auto" | number {
  return value === "auto" || (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MOST_CONCURRENCY);
}
