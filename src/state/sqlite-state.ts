import { ComposedState } from "./composed-state.ts";
import type { StateDatabase } from "./database.ts";
import { Intents } from "./intents.ts";
import { Items } from "./items.ts";
import { Locks } from "./locks.ts";
import { Outcomes } from "./outcomes.ts";
import { Requests } from "./requests.ts";
import { Runs } from "./runs.ts";
import { SqliteWhole } from "./sqlite-whole.ts";
import type { StatePage } from "./whole.ts";

/** The state of one plan in one SQLite file. */
export class SqliteState extends ComposedState {
  readonly #whole: SqliteWhole;

  /** @param lineage "" where there is no state yet */
  constructor(db: StateDatabase, lineage: string) {
    const locks = new Locks(db);
    const items = new Items(db);
    const whole = new SqliteWhole(db, locks);
    super(lineage, {
      locks,
      items,
      runs: new Runs(db, locks),
      outcomes: new Outcomes(db, items),
      intents: new Intents(db, items, locks),
      requests: new Requests(db),
      whole,
      serial: () => db.serial,
      close: () => db.close(),
    });
    this.#whole = whole;
  }

  /** @param origin.lineage undefined: it is kept elsewhere */
  override fill(pages: AsyncIterable<StatePage>, origin: { readonly lineage: string | undefined; readonly serial: number }): Promise<void> {
    return this.#whole.fill(pages, origin);
  }
}
