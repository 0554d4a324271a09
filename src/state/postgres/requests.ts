import { readControl, writeControl } from "../control-text.ts";
import type { ControlRequest } from "../state-store.ts";
import type { StateConnection } from "./connection.ts";

/** What runs are asked to do while they go on. */
export class PostgresRequests {
  readonly #connection: StateConnection;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  async add(run: string, control: ControlRequest): Promise<void> {
    const { place } = this.#connection;
    await this.#connection.writeAside((query) =>
      query(`INSERT INTO ${this.#connection.table("requests")} (plan, run, control) VALUES ($1, $2, $3)`, [place.plan, run, writeControl(control)]),
    );
  }

  async of(run: string): Promise<readonly ControlRequest[]> {
    const rows = await this.#connection.read<{ control: string }>(
      `SELECT control FROM ${this.#connection.table("requests")} WHERE plan = $1 AND run = $2 ORDER BY id`,
      [this.#connection.place.plan, run],
    );
    return rows.map(({ control }) => readControl(control)).filter((control) => control !== undefined);
  }
}
