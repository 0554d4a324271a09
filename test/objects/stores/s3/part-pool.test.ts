import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PartPlan, partSizeFor, planParts, runParts } from "../../../../src/objects/stores/s3/part-pool.ts";

const MIB = 1024 * 1024;
const never = new AbortController().signal;

class CountingSlots {
  free: number;
  most = 0;
  #taken = 0;

  constructor(free: number) {
    this.free = free;
  }

  acquire(): Promise<void> {
    return Promise.reject(new Error("parts must not wait for a slot"));
  }

  tryAcquire(): boolean {
    if (this.#taken >= this.free) return false;
    this.#taken += 1;
    this.most = Math.max(this.most, this.#taken);
    return true;
  }

  release(): void {
    this.#taken -= 1;
  }

  throttled(): void {}

  get taken(): number {
    return this.#taken;
  }
}

describe("parts", () => {
  test("cover every byte once, in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 500 }), (size, partSize) => {
        const parts = planParts(size, partSize);
        let at = 0;
        for (const [index, part] of parts.entries()) {
          expect(part).toMatchObject({ number: index + 1, start: at });
          at = part.end + 1;
        }
        expect(at).toBe(size);
      }),
    );
  });

  test("grow, so that there are never more than 10,000", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 * 1024 ** 4 }), (size) => {
        const partSize = partSizeFor(size, 16 * MIB);
        expect(Math.ceil(size / partSize)).toBeLessThanOrEqual(10_000);
        expect(partSize % MIB).toBe(0);
      }),
    );
    expect(partSizeFor(10_000 * 16 * MIB, 16 * MIB)).toBe(16 * MIB);
  });

  test("run on the item's own slot alone where none is free", async () => {
    const slots = new CountingSlots(0);
    let running = 0;
    const results = await runParts(planParts(10, 3), slots, never, async (part) => {
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      running -= 1;
      return part.number;
    });
    expect(results).toEqual([1, 2, 3, 4]);
  });

  test("take the slots that are free, and give each one back", async () => {
    const slots = new CountingSlots(3);
    let running = 0;
    let most = 0;
    const results = await runParts(planParts(20, 1), slots, never, async (part) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return part.start;
    });
    expect(results).toEqual(Array.from({ length: 20 }, (_, start) => start));
    expect({ most, taken: slots.taken }).toEqual({ most: 4, taken: 0 });
  });

  test("stop at the first failure, which is what comes out, when the others have ended", async () => {
    const slots = new CountingSlots(3);
    const ended: number[] = [];
    const run = async (part: PartPlan, signal: AbortSignal): Promise<void> => {
      if (part.number === 2) throw new Error("part 2");
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve());
      });
      ended.push(part.number);
      throw new Error("cut off");
    };
    await expect(runParts(planParts(50, 1), slots, never, run)).rejects.toThrow("part 2");
    expect(slots.taken).toBe(0);
    expect(ended.length).toBeLessThan(5);
  });
});
