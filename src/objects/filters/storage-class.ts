/** The words of a plan, and what stores call the same. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  standard: ["STANDARD"],
  "infrequent-access": ["STANDARD_IA", "ONEZONE_IA", "IA", "INFREQUENT_ACCESS"],
  archive: ["GLACIER", "GLACIER_IR", "DEEP_ARCHIVE", "ARCHIVE"],
  "reduced-redundancy": ["REDUCED_REDUNDANCY"],
};

/**
 * Whether a listed storage class is the one meant: a word of the plan, or a store's own name in any
 * case. A store that lists none means its standard.
 */
export function inStorageClass(listed: string, meant: string): boolean {
  const name = (listed === "" ? "standard" : listed).toUpperCase();
  return meant.toUpperCase() === name || (CLASSES[meant]?.includes(name) ?? false);
}
