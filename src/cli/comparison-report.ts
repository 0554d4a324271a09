import type { Difference } from "../driver/sync-driver.ts";
import type { SyncComparison } from "../report/compare-view.ts";
import type { PageRow } from "../report/html/chunks.ts";
import type { RowSpool } from "../report/html/row-spool.ts";
import { VERSION } from "./context.ts";
import { writeReport } from "./html-file.ts";

export interface Compared {
  readonly plan: string;
  readonly planFile: string;
  readonly asked: readonly string[];
  readonly syncs: ReadonlyMap<string, SyncComparison>;
}

/** Gathers differences for a page while they are found, in a temporary file that goes with it. */
export class ComparisonReport implements AsyncDisposable {
  readonly #spool: RowSpool;
  readonly #toRow: (sync: string, difference: Difference) => PageRow;
  readonly #most: number;
  #definitions: PageRow[] = [];

  private constructor(spool: RowSpool, toRow: (sync: string, difference: Difference) => PageRow, most: number) {
    this.#spool = spool;
    this.#toRow = toRow;
    this.#most = most;
  }

  static async begin(): Promise<ComparisonReport> {
    const [{ RowSpool }, { differenceRow, MOST_DEFINITIONS }, { MOST_ROWS }] = await Promise.all([
      import("../report/html/row-spool.ts"),
      import("../report/html/comparison-page.ts"),
      import("../report/html/page-data.ts"),
    ]);
    return new ComparisonReport(await RowSpool.create(MOST_ROWS), differenceRow, MOST_DEFINITIONS);
  }

  async add(sync: string, differences: readonly Difference[]): Promise<void> {
    for (const difference of differences) {
      const row = this.#toRow(sync, difference);
      if (difference.detail !== undefined && this.#definitions.length < this.#most) this.#definitions.push(row);
      await this.#spool.add(row);
    }
  }

  /** What was told of the sync before no longer counts. */
  restart(sync: string): void {
    this.#definitions = this.#definitions.filter((row) => row.sync !== sync);
    this.#spool.drop(sync);
  }

  async write(file: string, compared: Compared): Promise<void> {
    const { comparisonPage } = await import("../report/html/comparison-page.ts");
    await writeReport(file, () => comparisonPage({ ...compared, definitions: this.#definitions, rows: () => this.#spool.rows(), tidemark: VERSION }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spool[Symbol.asyncDispose]();
  }
}
