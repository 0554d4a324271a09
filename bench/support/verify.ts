import type { BenchServer } from "./servers.ts";

/** @throws where a bucket does not hold exactly so many objects */
export async function holds(server: BenchServer, bucket: string, count: number): Promise<void> {
  const found = await server.objects(bucket);
  if (found !== count) throw new Error(`${bucket} holds ${found} objects instead of ${count}`);
}

/** @throws where anything was written */
export async function wroteNothing(server: BenchServer): Promise<void> {
  const { put, copy } = await server.counts();
  if (put + copy > 0) throw new Error(`${put + copy} objects were written where nothing had changed`);
}
