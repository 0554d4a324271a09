import { compareKeys } from "../../core/byte-order.ts";

/** Positions after the shared beginning that count: enough to tell millionths apart. */
const PRECISION = 6;
/** Positions of the shared beginning that may change when keys further on are guessed. */
const CARRY = 24;
const SAMPLE = 128;

const DIGITS = "0123456789";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const PRINTABLE = Array.from({ length: 0x5f }, (_, i) => String.fromCharCode(0x20 + i)).join("");
/** From the narrowest on; each in byte order. */
const ALPHABETS = [
  DIGITS,
  `${DIGITS}abcdef`,
  `${DIGITS}ABCDEF`,
  LOWER,
  UPPER,
  DIGITS + LOWER,
  DIGITS + UPPER,
  UPPER + LOWER,
  DIGITS + UPPER + LOWER,
  `-${DIGITS}${UPPER}_${LOWER}`,
  PRINTABLE,
].map((letters) => Array.from(letters, (letter) => letter.charCodeAt(0)));
const LETTER_OR_DIGIT = /^[0-9A-Za-z]$/;

/** The digits one position of a key can have. */
interface Position {
  readonly size: number;
  /** The last digit that is not above the code point. */
  digit(codePoint: number): number;
  codePoint(digit: number): number;
}

/**
 * Keys as numbers, so that places between and beyond known keys can be guessed.
 *
 * Each position of a key is a digit of the alphabet that was seen there. It is an estimate from one
 * page: wrong ones cost balance, never keys, since any text is a valid place to begin or end a range.
 */
export class KeyScale {
  readonly #fixed: string;
  readonly #fixedLength: number;
  readonly #positions: readonly Position[];
  /** One more than the largest value. */
  readonly end: bigint;

  /** @param keys of one page, in order; at least one */
  constructor(keys: readonly string[]) {
    const first = codePoints(keys[0] ?? "");
    const last = codePoints(keys.at(-1) ?? "");
    let shared = 0;
    while (shared < first.length && first[shared] === last[shared]) shared += 1;
    this.#fixedLength = Math.max(0, shared - CARRY);
    this.#fixed = String.fromCodePoint(...first.slice(0, this.#fixedLength));

    const step = Math.max(1, Math.floor(keys.length / SAMPLE));
    const sample = keys.filter((_, i) => i % step === 0).map(codePoints);
    sample.push(last);
    const longest = Math.max(...sample.map((key) => key.length));
    const letters = Array.from({ length: Math.min(shared + PRECISION, longest) }, (_, at) => new Set(sample.flatMap((key) => key[at] ?? [])));
    const alphabets = letters.map(alphabetOf);
    // A run of letters and digits that varies at its end is one number: it may carry into its beginning.
    for (let at = shared - 1; at >= this.#fixedLength; at--) {
      const [letter] = letters[at] ?? [];
      const after = alphabets[at + 1];
      if (letter !== undefined && isLetterOrDigit(letter) && after && after !== "any" && after.length > 1 && after.includes(letter)) alphabets[at] = after;
    }
    this.#positions = alphabets.slice(this.#fixedLength).map(positionOf);
    this.end = this.#positions.reduce((size, position) => size * BigInt(position.size), 1n);
  }

  value(key: string): bigint {
    if (!key.startsWith(this.#fixed)) return compareKeys(key, this.#fixed) < 0 ? 0n : this.end;
    const letters = codePoints(key);
    return this.#positions.reduce((value, position, i) => {
      const letter = letters[this.#fixedLength + i];
      return value * BigInt(position.size) + BigInt(letter === undefined ? 0 : position.digit(letter));
    }, 0n);
  }

  /** @param value from 0 up to, but not, `end` */
  key(value: bigint): string {
    const letters: number[] = [];
    let rest = value;
    for (const position of this.#positions.toReversed()) {
      const size = BigInt(position.size);
      letters.push(position.codePoint(Number(rest % size)));
      rest /= size;
    }
    return this.#fixed + String.fromCodePoint(...letters.reverse());
  }
}

function codePoints(key: string): number[] {
  // Only so much of a key can count.
  return Array.from(key.length > 2048 ? key.slice(0, 2048) : key, (letter) => letter.codePointAt(0) ?? 0);
}

function isLetterOrDigit(codePoint: number): boolean {
  return LETTER_OR_DIGIT.test(String.fromCodePoint(codePoint));
}

function alphabetOf(letters: ReadonlySet<number>): readonly number[] | "any" {
  const [only] = letters;
  if (letters.size === 1 && only !== undefined && isAscii(only) && !isLetterOrDigit(only)) return [only];
  return ALPHABETS.find((alphabet) => letters.values().every((letter) => alphabet.includes(letter))) ?? "any";
}

function isAscii(codePoint: number): boolean {
  return codePoint >= 0x20 && codePoint < 0x7f;
}

function positionOf(alphabet: readonly number[] | "any"): Position {
  if (alphabet === "any") return ANY_LETTER;
  return {
    size: alphabet.length,
    digit: (codePoint) =>
      Math.max(
        0,
        alphabet.findLastIndex((letter) => letter <= codePoint),
      ),
    codePoint: (digit) => alphabet[digit] ?? 0x20,
  };
}

/** Every character but controls and surrogates. */
const ANY_LETTER: Position = {
  size: 0x110000 - 0x800 - 0x20,
  digit: (codePoint) => Math.max(0, (codePoint > 0xdfff ? codePoint - 0x800 : Math.min(codePoint, 0xd7ff)) - 0x20),
  codePoint: (digit) => {
    const code = digit + 0x20;
    if (code >= 0x7f && code < 0xa0) return 0x7e;
    const lifted = code > 0xd7ff ? code + 0x800 : code;
    // Neither is a character; XML cannot hold them.
    return lifted === 0xfffe || lifted === 0xffff ? 0xfffd : lifted;
  },
};
