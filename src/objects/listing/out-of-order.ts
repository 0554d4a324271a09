import { TidemarkError } from "../../core/errors.ts";

export const OUT_OF_ORDER = "LISTING_OUT_OF_ORDER";

/**
 * A listing went backwards or repeated itself after part of it had been used.
 *
 * Decisions made from that part may be wrong (a key called absent comes later), so whoever plans from
 * it must throw them away and begin the sync again, with the listing sorted: `orderedListing` with
 * `ordered: false`.
 */
export class ListingOutOfOrderError extends TidemarkError {
  override readonly name: string = "ListingOutOfOrderError";
  /** Which of the joined streams, or the display name of the store. */
  readonly side: string;

  constructor(side: string, last: string, next: string) {
    super(OUT_OF_ORDER, `The ${side} listed ${JSON.stringify(next)} after ${JSON.stringify(last)}.`, {
      hint: "Say `ordered: false` at the location: its listing is then sorted on disk.",
    });
    this.side = side;
  }
}

/** Whether that is what went wrong; stores throw a plain TidemarkError of this code. */
export function isOutOfOrder(error: unknown): error is TidemarkError {
  return error instanceof TidemarkError && error.code === OUT_OF_ORDER;
}
