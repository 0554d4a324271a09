import type { Outcome } from "../../state/outcome.ts";
import { readSequences, targetValue, valueFingerprint } from "../catalog/sequences.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteLiteral, shownName } from "../names.ts";
import { ItemError } from "../../core/errors.ts";
import type { ActionItem } from "./action-item.ts";
import { applied, unapplied } from "./outcomes.ts";

export interface SetSequencesOptions {
  readonly source: Session;
  readonly destination: Session;
  readonly items: readonly ActionItem[];
  /** How far ahead, in each sequence's own direction. */
  readonly margin: number;
}

/**
 * Sets sequences as the source's are now, which is never behind the rows that were copied: a sequence
 * is outside of any snapshot.
 */
export async function setSequences({ source, destination, items, margin }: SetSequencesOptions): Promise<readonly Outcome[]> {
  const values = new Map((await readSequences(source)).map((value) => [qualifiedName(value.schema, value.name), value]));
  const outcomes: Outcome[] = [];
  for (const { action, detail } of items) {
    const startedAt = Date.now();
    const value = values.get(qualifiedName(detail.schema, detail.name));
    try {
      if (value === undefined)
        throw new ItemError("stale", "SOURCE_CHANGED", `The source's sequence ${shownName(detail.schema, detail.name)} is gone, or may not be read.`, {
          hint: "Plan again.",
        });
      const target = detail.table ?? qualifiedName(detail.schema, detail.name);
      await destination.query(setStatement(target, targetValue(value, margin), value.called || margin > 0));
      outcomes.push(applied(action, { startedAt, source: { fingerprint: valueFingerprint(value, margin) } }));
    } catch (error) {
      outcomes.push(unapplied(action, error, startedAt));
    }
  }
  return outcomes;
}

/** Not beyond the sequence's own bounds, which would be refused. */
function setStatement(target: string, value: bigint, called: boolean): string {
  return `SELECT pg_catalog.setval(s.seqrelid, least(greatest(${value}, s.seqmin), s.seqmax), ${called}) FROM pg_catalog.pg_sequence s WHERE s.seqrelid = ${quoteLiteral(target)}::regclass`;
}
