import { setImmediate } from "node:timers/promises";
import { type ActionKind, EFFECTS, type NumberedAction } from "../../changeset/action.ts";
import type { ActionFilter, Changeset, SeqSpan } from "../../changeset/changeset.ts";
import type { SyncSummary } from "../../changeset/summary.ts";
import { READING_ORDER } from "../../report/words.ts";
import { Matches, sortInto } from "./matches.ts";

/** Rows of the file that are looked at before keys get their turn: some milliseconds. */
const WINDOW = 8192;

export type ListFilter = Pick<ActionFilter, "kinds" | "reasons" | "texts">;

/** Actions of one kind, in the order of the file. */
export interface Section {
  readonly kind: ActionKind;
  readonly span: SeqSpan;
  readonly matches: Matches;
  /** How many there are; undefined: not all of them were counted yet. */
  readonly total: number | undefined;
}

interface OpenSection extends Section {
  total: number | undefined;
  /** Every row of the span is one of them: then a position is a number without looking. */
  readonly isWhole: boolean;
}

export interface ActionListOptions {
  readonly changeset: Changeset;
  readonly sync: SyncSummary;
  readonly filter: ListFilter;
  /** More is known. */
  readonly onChange: () => void;
}

/**
 * The actions of a sync that a filter lets through, what destroys first. Any of them is at hand by its
 * position, however many there are: the file is read through once in the background, in windows, and
 * what is remembered of it is a small fraction of its size.
 */
export class ActionList {
  readonly #options: ActionListOptions;
  readonly #sections: readonly OpenSection[];
  readonly #scans: readonly { readonly span: SeqSpan; readonly sections: readonly OpenSection[] }[];
  readonly #closing = new AbortController();
  /** Resolves when all was looked at, or when it failed. */
  readonly scanned: Promise<void>;
  #problem: string | undefined;
  #page: { readonly from: number; readonly count: number; readonly known: number; readonly rows: readonly NumberedAction[] } | undefined;
  #looked = 0;
  #isComplete = false;

  constructor(options: ActionListOptions) {
    this.#options = options;
    const { changeset, sync, filter } = options;
    const name = sync.header.name;
    const effects = changeset.span(name, "effects");
    const notes = changeset.span(name, "notes");
    const isFiltered = filter.reasons !== undefined || filter.texts !== undefined;
    this.#sections = READING_ORDER.filter((kind) => filter.kinds?.includes(kind) !== false).flatMap((kind) => {
      const span = EFFECTS.has(kind) ? effects : notes;
      const count = listedItems(sync, kind, notes);
      if (count === 0) return [];
      const total = isFiltered ? undefined : count;
      return [{ kind, span, matches: new Matches(), total, isWhole: total === span.last - span.first + 1 }];
    });
    this.#scans = [effects, notes].flatMap((span) => {
      const sections = this.#sections.filter((section) => section.span === span && !section.isWhole);
      return sections.length === 0 ? [] : [{ span, sections }];
    });
    this.scanned = this.#scan().catch((error: unknown) => {
      this.#problem = error instanceof Error ? error.message : String(error);
      options.onChange();
    });
  }

  get sections(): readonly Section[] {
    return this.#sections;
  }

  /** How many are known so far. */
  get length(): number {
    return this.#sections.reduce((sum, section) => sum + sizeOfSection(section), 0);
  }

  /** Whether `length` is final. */
  get isCounted(): boolean {
    return this.#sections.every(({ total }) => total !== undefined);
  }

  /** Rows that were looked at, of how many; undefined when all were. */
  get scan(): { readonly looked: number; readonly of: number } | undefined {
    return this.#isComplete ? undefined : { looked: this.#looked, of: this.#scans.reduce((sum, { span }) => sum + span.last - span.first + 1, 0) };
  }

  /** Why no more is known: the file is damaged. */
  get problem(): string | undefined {
    return this.#problem;
  }

  close(): void {
    this.#closing.abort();
  }

  /** Position of the first action of a kind. */
  startOf(kind: ActionKind): number {
    let position = 0;
    for (const section of this.#sections) {
      if (section.kind === kind) return position;
      position += sizeOfSection(section);
    }
    return 0;
  }

  /** A page. Shorter where the list ends, or where the rest was not found yet. */
  rows(from: number, count: number): readonly NumberedAction[] {
    const known = this.#looked;
    const page = this.#page;
    if (page?.from === from && page.count === count && (page.rows.length === count || page.known === known)) return page.rows;
    const rows = this.#read(from, count);
    this.#page = { from, count, known, rows };
    return rows;
  }

  /** Where an action of the list stands; undefined while that is not known. */
  positionOf(kind: ActionKind, seq: number): number | undefined {
    const section = this.#sections.find((each) => each.kind === kind);
    if (section === undefined) return undefined;
    const start = this.startOf(kind);
    if (section.isWhole) return start + seq - section.span.first;
    const run = section.matches.around(seq);
    if (run === undefined || seq > run.last) return undefined;
    const at = this.#numbers(section, run.first, seq).length - 1;
    return at < 0 ? undefined : start + run.position + at;
  }

  /** Numbers of a section within a range that the filter and further texts let through. */
  matching(section: Section, seqFrom: number, seqTo: number, more: ListFilter = {}): readonly number[] {
    return this.#numbers(section, seqFrom, seqTo, more);
  }

  #read(from: number, count: number): NumberedAction[] {
    const rows: NumberedAction[] = [];
    let position = from;
    let start = 0;
    for (const section of this.#sections) {
      const size = sizeOfSection(section);
      while (rows.length < count && position >= start && position < start + size) {
        const part = this.#part(section, position - start, count - rows.length);
        if (part.length === 0) return rows;
        rows.push(...part);
        position += part.length;
      }
      start += size;
    }
    return rows;
  }

  #part(section: OpenSection, at: number, count: number): readonly NumberedAction[] {
    if (section.isWhole) {
      const first = section.span.first + at;
      return this.#actions(section, first, Math.min(section.span.last, first + count - 1));
    }
    const run = section.matches.at(at);
    if (run === undefined) return [];
    return this.#actions(section, run.first, run.last).slice(at - run.position, at - run.position + count);
  }

  #actions({ kind }: Section, seqFrom: number, seqTo: number): readonly NumberedAction[] {
    const { changeset, sync, filter } = this.#options;
    return [...changeset.actions({ ...filter, sync: sync.header.name, kinds: [kind], seqFrom, seqTo })];
  }

  #numbers({ kind }: Section, seqFrom: number, seqTo: number, more: ListFilter = {}): readonly number[] {
    const { changeset, sync, filter } = this.#options;
    const reasons = more.reasons === undefined ? filter.reasons : filter.reasons === undefined ? more.reasons : both(filter.reasons, more.reasons);
    const texts = [...(filter.texts ?? []), ...(more.texts ?? [])];
    return changeset.numbers({ sync: sync.header.name, kinds: [kind], reasons, texts, seqFrom, seqTo }).map(([seq]) => seq);
  }

  async #scan(): Promise<void> {
    const { changeset, sync, filter, onChange } = this.#options;
    const { signal } = this.#closing;
    for (const { span, sections } of this.#scans) {
      const matches = new Map(sections.map((section) => [section.kind as string, section.matches]));
      const kinds = sections.map(({ kind }) => kind);
      for (let from = span.first; from <= span.last; from += WINDOW) {
        const to = Math.min(span.last, from + WINDOW - 1);
        sortInto(changeset.numbers({ ...filter, sync: sync.header.name, kinds, seqFrom: from, seqTo: to }), matches);
        this.#looked += to - from + 1;
        onChange();
        await setImmediate();
        if (signal.aborted) return;
      }
      for (const section of sections) section.total = section.matches.count;
    }
    this.#isComplete = true;
    onChange();
  }
}

function both(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.filter((each) => b.includes(each));
}

function sizeOfSection({ matches, total }: Section): number {
  return total ?? matches.count;
}

/** A changeset counts what is unchanged, and lists it only where that was asked for. */
export function listedItems({ actions }: SyncSummary, kind: ActionKind, notes: SeqSpan): number {
  if (kind !== "skip") return actions[kind].items;
  return Math.max(0, notes.last - notes.first + 1 - actions.conflict.items - actions.notSynced.items);
}
