/** What `node:util` calls `inspect.custom`; loading it takes 3 ms of each start. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * A value that must never be shown or stored.
 *
 * However it is printed (template, JSON, console), its reference comes out: `${NAME}`. Only
 * `reveal()` gives the value, and only what signs or connects calls it.
 */
export class Secret {
  readonly #value: string;
  readonly #reference: string;

  /** @param reference how the user wrote it, e.g. `${S3_SECRET}` */
  constructor(value: string, reference: string) {
    this.#value = value;
    this.#reference = reference;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return this.#reference;
  }

  toJSON(): string {
    return this.#reference;
  }

  [INSPECT](): string {
    return this.#reference;
  }
}
