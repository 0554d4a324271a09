import { Secret } from "./secret.ts";

/** Stands for a secret on its way to a thread of the same process. It never leaves memory. */
interface PackedSecret {
  readonly packedSecret: { readonly value: string; readonly reference: string };
}

/**
 * A copy of plain data that survives the way to another thread, secrets and sets included: structured
 * cloning would strip a `Secret` of its value.
 */
export function packSecrets(value: unknown): unknown {
  if (value instanceof Secret) return { packedSecret: { value: value.reveal(), reference: String(value) } } satisfies PackedSecret;
  return mapped(value, packSecrets);
}

/** The opposite of `packSecrets`. */
export function unpackSecrets(value: unknown): unknown {
  if (isPackedSecret(value)) return new Secret(value.packedSecret.value, value.packedSecret.reference);
  return mapped(value, unpackSecrets);
}

function mapped(value: unknown, map: (value: unknown) => unknown): unknown {
  if (value instanceof Set) return new Set(Array.from(value, map));
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner)]));
}

function isPackedSecret(value: unknown): value is PackedSecret {
  return typeof value === "object" && value !== null && "packedSecret" in value;
}
