import { setTimeout } from "node:timers/promises";
import { TidemarkError } from "../../core/errors.ts";
import { damaged } from "../state-error.ts";
import { type Base, type Head, lastInParts, newId, type Part, readHead, sha256, withId, writeHead } from "./head.ts";
import type { StateObjects } from "./state-objects.ts";

/** Beneath the state's place. */
export const HEAD = "head.json";
/** Frames up to this size travel within the head, as long as all of them together stay below the other. */
const INLINE_FRAME = 4 * 1024;
const INLINE_ALL = 16 * 1024;
/** Times that a refusal which nobody's write explains is met by the same write again. */
const UNEXPLAINED = 20;

/** The objects of one state: its head, and what that names. Knows nothing of what is in the frames. */
export class Journal {
  readonly objects: StateObjects;
  readonly path: string;
  #head: Head | undefined;
  #etag: string | undefined;

  constructor(objects: StateObjects) {
    this.objects = objects;
    this.path = objects.display;
  }

  /** As it was last read or written here. */
  get head(): Head | undefined {
    return this.#head;
  }

  /** Reads the head where it is another than the one known. @returns whether it was; false too where there is none */
  async refresh(): Promise<boolean> {
    const found = await this.objects.read(HEAD, this.#etag);
    if (found === "unchanged") return false;
    if (found === undefined) {
      if (this.#head === undefined) return false;
      throw damaged(this.path, "its head is gone");
    }
    const isSame = found.etag === this.#etag;
    this.#etag = found.etag;
    this.#head = readHead(found.bytes, this.path);
    return !isSame;
  }

  /** Makes an empty one. @returns false where another was faster */
  async create(lineage: string): Promise<boolean> {
    const head = withId({ lineage, seq: 0, base: undefined, parts: [], inline: [], recent: [] }, newId());
    return this.#publish(head, { kind: "absent" });
  }

  /**
   * Adds one write. It counts from the moment at which the head that names it is there.
   *
   * @param after number of the last write that it knows of
   * @returns false where somebody else has written since
   */
  async append(frame: Uint8Array, after: number): Promise<boolean> {
    const { head, etag } = this.#known();
    // The head may have been read since, for another reason.
    if (head.seq !== after) return false;
    return this.#publish(withId(await this.#with(head, frame), newId()), { kind: "etag", etag });
  }

  /** Replaces the head by what `change` makes of the newest, until that succeeds. @param change undefined: no more wanted */
  async rewrite(change: (head: Head) => Head | undefined): Promise<boolean> {
    try {
      for (;;) {
        const { head, etag } = this.#known();
        const changed = change(head);
        if (changed === undefined) return false;
        if (await this.#publish(withId(changed, newId()), { kind: "etag", etag })) return true;
      }
    } catch (error) {
      if (error instanceof JournalMovedOn) return true;
      throw error;
    }
  }

  /** @throws TidemarkError `STATE_DAMAGED`; @returns undefined where it is gone: another head names others */
  async readPart({ name, sha256: wanted }: Pick<Part, "name" | "sha256">): Promise<Uint8Array | undefined> {
    const found = await this.objects.read(name);
    if (found === undefined || found === "unchanged") return undefined;
    if (sha256(found.bytes) !== wanted) throw damaged(this.path, `${name} is not what was written`);
    return found.bytes;
  }

  /** @param numbers of the writes that these frames are */
  async writePart(frames: Uint8Array, numbers: Pick<Part, "from" | "frames">): Promise<Part> {
    const name = `parts/${newId()}`;
    await this.objects.write(name, frames);
    return { name, ...numbers, bytes: frames.byteLength, sha256: sha256(frames) };
  }

  /** Names of all that a head needs. */
  named({ base, parts }: Head): Set<string> {
    return new Set([HEAD, ...parts.map(({ name }) => name), ...chunksOf(base).map(({ name }) => name)]);
  }

  async #with(head: Head, frame: Uint8Array): Promise<Head> {
    const grown = { ...head, seq: head.seq + 1 };
    const inlined = head.inline.reduce((sum, each) => sum + each.length, 0);
    if (frame.byteLength <= INLINE_FRAME && inlined + frame.byteLength <= INLINE_ALL) {
      return { ...grown, inline: [...head.inline, Buffer.from(frame).toString("base64")] };
    }
    const frames = [...head.inline.map((each) => Buffer.from(each, "base64")), frame];
    return {
      ...grown,
      inline: [],
      parts: [...head.parts, await this.writePart(Buffer.concat(frames), { from: lastInParts(head) + 1, frames: frames.length })],
    };
  }

  async #publish(head: Head, condition: { readonly kind: "absent" } | { readonly kind: "etag"; readonly etag: string }): Promise<boolean> {
    const bytes = writeHead(head);
    const id = head.recent.at(-1) ?? "";
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.objects.write(HEAD, bytes, condition);
      if (answer.written) {
        this.#head = head;
        this.#etag = answer.etag;
        return true;
      }
      // It may be our own write that refuses us: its answer was lost, and it was sent again.
      await this.refresh();
      const isOurs = this.#head?.recent.includes(id) === true;
      if (isOurs) {
        if (this.#head?.recent.at(-1) === id) return true;
        // Others wrote after us. What they wrote is news to the caller, and ours is among it.
        throw new JournalMovedOn();
      }
      if (condition.kind === "absent" ? this.#head !== undefined : this.#etag !== condition.etag) return false;
      // Refused though nothing has changed: a write that is still under way. Were it ours, another one beside it could be done too.
      if (attempt >= UNEXPLAINED) {
        throw new TidemarkError("STATE_BUSY", `The state ${this.path} refuses every write though nobody changes it.`, {
          hint: "The store may be overloaded, or may not enforce conditions as S3 does. Try again.",
        });
      }
      await setTimeout(Math.random() * Math.min(2000, 50 * 2 ** attempt));
    }
  }

  #known(): { readonly head: Head; readonly etag: string } {
    if (this.#head === undefined || this.#etag === undefined) throw new Error("a journal that was not opened");
    return { head: this.#head, etag: this.#etag };
  }
}

/** Our write is in the journal, and others' are after it: all of it is to be read. */
export class JournalMovedOn extends Error {}

export function chunksOf(base: Base | undefined): readonly { readonly name: string; readonly sha256: string }[] {
  return (base?.chunks ?? []).map((chunk, at) => ({ name: `${base?.name ?? ""}/${at}`, sha256: chunk }));
}
