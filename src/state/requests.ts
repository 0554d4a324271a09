import { readControl, writeControl } from "./control-text.ts";
import type { StateDatabase } from "./database.ts";
import type { ControlRequest } from "./state-store.ts";

/** What runs are asked to do while they go on. */
export class Requests {
  readonly #db: StateDatabase;

  constructor(db: StateDatabase) {
    this.#db = db;
  }

  async add(run: string, control: ControlRequest): Promise<void> {
    await this.#db.writeAside(() => this.#db.statement("INSERT INTO requests (run, control) VALUES (?, ?)").run(run, writeControl(control)));
  }

  async of(run: string): Promise<readonly ControlRequest[]> {
    const rows = await this.#db.read(() => this.#db.statement("SELECT control FROM requests WHERE run = ? ORDER BY id").all(run));
    return rows.map((row) => readControl(String(row["control"]))).filter((control) => control !== undefined);
  }
}
