/**
 * Waits for all of them, also where one fails: what it left running would use a session that
 * somebody else is lent next.
 */
export async function allDone<const T extends readonly unknown[]>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const failed = (await Promise.allSettled(promises)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return Promise.all(promises);
}

/** Does `work` on up to `limit` items at a time, and gives results as they come. Leaving early waits for nothing. */
export async function* asTheyFinish<T, R>(items: AsyncIterable<T>, limit: number, work: (item: T) => Promise<R>): AsyncGenerator<R, void, undefined> {
  type Settled = { readonly at: number; readonly value: R; readonly error?: undefined } | { readonly at: number; readonly error: { readonly reason: unknown } };
  const running = new Map<number, Promise<Settled>>();
  let started = 0;
  const next = async () => {
    const settled = await Promise.race(running.values());
    running.delete(settled.at);
    if (settled.error) throw settled.error.reason;
    return settled.value;
  };
  for await (const item of items) {
    const at = started++;
    running.set(
      at,
      work(item).then(
        (value) => ({ at, value }),
        (reason: unknown) => ({ at, error: { reason } }),
      ),
    );
    if (running.size >= limit) yield await next();
  }
  while (running.size > 0) yield await next();
}
