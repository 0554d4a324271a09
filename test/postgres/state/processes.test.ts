import { sharedProcesses } from "../../state/shared-processes.ts";
import { postgresPlace, SCHEMA } from "./postgres-place.ts";

for (const major of [13, 15, 18] as const) {
  sharedProcesses(`PostgreSQL ${major}`, async () => {
    const { database, kill } = await postgresPlace(major);
    return {
      place: { kind: "postgres", url: database.url, schema: SCHEMA },
      sever: kill,
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  });
}
