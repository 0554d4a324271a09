import { readFlow } from "../core/flow.ts";
import type { ControlRequest } from "./state-store.ts";

/** A request as the state keeps it: a word, or JSON. An older version leaves out what it does not know. */
export function writeControl(control: ControlRequest): string {
  return typeof control === "string" ? control : JSON.stringify({ type: "flow", sync: control.sync, flow: control.flow ?? null });
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
  if (typeof value !== "object" || value === null || !("type" in value) || value.type !== "flow") return undefined;
  const { sync, flow } = value as { readonly sync?: unknown; readonly flow?: unknown };
  if (typeof sync !== "string") return undefined;
  if (flow === null) return { sync, flow: undefined };
  const read = readFlow(flow);
  return read && { sync, flow: read };
}
