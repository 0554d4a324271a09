import { setTimeout } from "node:timers/promises";
import { TidemarkError } from "../../core/errors.ts";
import { type DatabaseSettings, StateDatabase, type WriteOptions } from "../database.ts";
import { stateError } from "../state-error.ts";
import { toFrame } from "./frames.ts";
import { type Journal, JournalMovedOn } from "./journal.ts";
import { follow, makeWorkingCopy, type WorkingCopy } from "./working-copy.ts";

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

type Done = { readonly result: unknown } | { readonly error: unknown };

/**
 * A state's tables in a working copy, whose writes count once they are in the journal.
 *
 * A write is tried on the working copy; what it changed is appended to the journal; only then it is
 * committed here. Where others were faster, it is undone, their writes are read, and it is tried again
 * upon them. So whatever a write looked at (who holds a lock) was true at the moment it counts from.
 * Everybody who waits while one is on its way goes with the next together.
 */
export class JournaledDatabase extends StateDatabase {
  readonly #journal: Journal;
  #seq: number;
  #waiting: Waiting[] = [];
  /** One at a time: an open transaction is no state that others should see. */
  #turn: Promise<unknown> = Promise.resolve();
  #onWritten: () => void = () => {};

  constructor(journal: Journal, { file, seq }: WorkingCopy, settings: DatabaseSettings) {
    super(file, journal.path, settings);
    this.#journal = journal;
    this.#seq = seq;
  }

  /** Told after each write of this process. */
  onWritten(told: () => void): void {
    this.#onWritten = told;
  }

  /** Reads what others have written since. */
  async refresh(): Promise<void> {
    await this.exclusive(async () => {
      await this.#catchUp();
    });
  }

  override read<Result>(work: () => Result): Promise<Result> {
    return this.exclusive(async () => {
      try {
        return work();
      } catch (error) {
        throw stateError(error, this.path);
      }
    });
  }

  override async writeAside<Result>(work: () => Result, options: WriteOptions = {}): Promise<Result> {
    this.mustBeWritable();
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ work: () => this.whereItIs(work, options), resolve, reject });
      if (this.#waiting.length === 1) void this.exclusive(() => this.#flush()).catch(() => {});
    });
  }

  /** Only the head tells it: a write that changed it would not fit copies that were begun under the new one. */
  async setLineage(lineage: string): Promise<void> {
    await this.exclusive(() => this.#journal.rewrite((head) => ({ ...head, lineage })));
  }

  /** Does something while no transaction is open and none begins. @param work gets the file, and the number of the last write in it */
  exclusive<Result>(work: (copy: WorkingCopy) => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => work({ file: this.file, seq: this.#seq }));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  override async close(): Promise<void> {
    await this.#turn;
    await super.close();
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const done = await this.#write(waiting);
      for (const [at, { resolve, reject }] of waiting.entries()) {
        const each = done[at];
        if (each !== undefined && "result" in each) resolve(each.result as never);
        else reject(stateError(each?.error, this.path));
      }
      this.#onWritten();
    } catch (error) {
      for (const { reject } of waiting) reject(stateError(error, this.path));
    }
  }

  async #write(waiting: readonly Waiting[]): Promise<readonly Done[]> {
    const deadline = performance.now() + this.patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      const done = await this.#attempt(waiting);
      if (done !== undefined) return done;
      if (performance.now() > deadline) {
        throw new TidemarkError("STATE_BUSY", `Others write the state ${this.path} all the time, and this write did not come through.`, { hint: "Try again." });
      }
      await setTimeout(Math.random() * Math.min(1000, 10 * 2 ** attempt));
    }
  }

  /** @returns undefined where others have written meanwhile */
  async #attempt(waiting: readonly Waiting[]): Promise<readonly Done[] | undefined> {
    const { done, changes } = this.#tryAll(waiting);
    try {
      if (changes.byteLength === 0) {
        // What refuses a write may be out of date.
        this.#undo();
        return (await this.#catchUp()) ? undefined : done;
      }
      if (await this.#journal.append(await toFrame(changes), this.#seq)) {
        this.file.exec("COMMIT");
        this.#seq += 1;
        return done;
      }
    } catch (error) {
      this.#undo();
      if (!(error instanceof JournalMovedOn)) throw error;
      // Ours counts, and is read with those after it.
      await this.#catchUp();
      return done;
    }
    this.#undo();
    await this.#catchUp();
    return undefined;
  }

  /** Leaves a transaction open. */
  #tryAll(waiting: readonly Waiting[]): { readonly done: readonly Done[]; readonly changes: Uint8Array } {
    const { file } = this;
    file.exec("BEGIN IMMEDIATE");
    const session = file.createSession();
    try {
      const done = waiting.map(({ work }) => this.#tryOne(work));
      return { done, changes: session.changeset() };
    } catch (error) {
      this.#undo();
      throw error;
    } finally {
      session.close();
    }
  }

  /** One that fails takes nothing of the others with it. */
  #tryOne(work: () => unknown): Done {
    const { file } = this;
    file.exec("SAVEPOINT one");
    try {
      return { result: work() };
    } catch (error) {
      file.exec("ROLLBACK TO one");
      return { error };
    } finally {
      file.exec("RELEASE one");
    }
  }

  #undo(): void {
    if (!this.file.isTransaction) return;
    this.file.exec("ROLLBACK");
    this.readSerial();
  }

  /** @returns whether there was anything new */
  async #catchUp(): Promise<boolean> {
    const before = this.#seq;
    await this.#journal.refresh();
    for (;;) {
      const copy = { file: this.file, seq: this.#seq };
      let isFollowed: boolean;
      try {
        isFollowed = await follow(this.#journal, copy);
      } finally {
        this.#seq = copy.seq;
      }
      if (isFollowed) break;
      // What leads from here to there was merged into a newer base.
      await this.#journal.refresh();
      const fresh = await makeWorkingCopy(this.#journal);
      this.replaceFile(fresh.file);
      this.#seq = fresh.seq;
    }
    if (this.#seq === before) return false;
    this.readSerial();
    return true;
  }
}
