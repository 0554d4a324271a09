/** What was found out about an answer. Its text is not escaped yet. */
export interface Remark {
  readonly mark: "good" | "warn" | "bad" | "plain";
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** What it means, in a few words. */
  readonly help?: string | undefined;
}

/** One thing that is asked. */
export interface Question {
  /** By which its answer is known. */
  readonly id: string;
  readonly title: string;
  /** A line above the answer. */
  readonly help?: string | undefined;
  /** `secret` is never shown, and `text` is shown as it is typed. */
  readonly kind: "text" | "secret" | "choice";
  /** What is there before anybody types. */
  readonly initial?: string | undefined;
  /** Of a choice. */
  readonly choices?: readonly Choice[] | undefined;
  /** Lines that are looked at before it is answered, in what room there is: a file that is to be written. */
  readonly preview?: readonly string[] | undefined;
  /** How an answer is shown, where not all of it may be. */
  shown?(value: string): string;
  /** What can be told while it is typed, quickly, and without sending anything anywhere. */
  look?(value: string): Promise<readonly Remark[]> | readonly Remark[];
  /** Tries the answer, once it is given. One that is `bad` is taken only when it is given again; `isFinal` forbids that. */
  attempt?(value: string, signal: AbortSignal): AsyncIterable<Remark & { readonly isFinal?: boolean | undefined }>;
}

/** Answers by the ids of their questions, in the order in which they were given. */
export type Answers = ReadonlyMap<string, string>;
