import PQueue from "p-queue";
import type { Subtask } from "../driver/sync-driver.ts";

export interface QueueOptions {
  /** Subtasks at work at a time. */
  readonly parallel: number;
  /** Does one subtask, to its last durable outcome. */
  work(subtask: Subtask): Promise<void>;
  /** Aborted: nothing new begins; what has begun ends by itself. */
  readonly signal: AbortSignal;
}

/**
 * Works through subtasks in this process, a bounded number at a time, each phase after the one before
 * it. Only a few more than are at work are ever cut, so a changeset of any length takes no memory.
 *
 * @throws the first error of `work`, or of `subtasks`, when all that had begun is over; nothing new begins after it
 */
export async function workThrough(subtasks: Iterable<Subtask>, { parallel, work, signal }: QueueOptions): Promise<void> {
  const queue = new PQueue({ concurrency: parallel });
  const unfinished = new Map<string, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let phase: string | undefined;

  try {
    for (const subtask of subtasks) {
      if (phase !== undefined && subtask.phase !== phase) await queue.onIdle();
      phase = subtask.phase;
      await queue.onSizeLessThan(2);
      if (signal.aborted || failure) break;
      const needed = subtask.needs.flatMap((id) => unfinished.get(id) ?? []);
      const done = queue.add(async () => {
        try {
          await Promise.all(needed);
          if (!signal.aborted && !failure) await work(subtask);
        } catch (error) {
          failure ??= { error };
        } finally {
          unfinished.delete(subtask.id);
        }
      });
      unfinished.set(subtask.id, done);
    }
  } catch (error) {
    failure ??= { error };
  }
  // Also where cutting failed: what has begun must not outlive its session.
  await queue.onIdle();
  if (failure) throw failure.error;
}
