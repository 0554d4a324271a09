import { afterAll, beforeAll } from "vitest";
import { openState, openStateReadOnly } from "../../../src/state/open.ts";
import { journalPlace } from "../../state/journal-place.ts";
import { type MovablePlace, moving } from "../../state/moving.ts";
import { startS3Server, type S3Server } from "../../support/s3-server/index.ts";
import { temporaryFolder } from "../../support/temp.ts";
import { postgresPlace } from "./postgres-place.ts";

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

async function folderPlace(): Promise<MovablePlace> {
  const folder = await temporaryFolder();
  const place = { folder: folder.path, plan: "nightly" };
  return {
    open: ({ access, evenMoved }) =>
      access === "read" ? openStateReadOnly({ ...place, evenMoved }) : openState({ ...place, evenMoved, create: access === "create" }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

moving("from a folder to PostgreSQL 18", async () => [await folderPlace(), await postgresPlace(18)]);
moving("from PostgreSQL 13 to S3", async () => [await postgresPlace(13), await journalPlace(server)]);
moving("from PostgreSQL 10 to PostgreSQL 15", async () => [await postgresPlace(10), await postgresPlace(15)]);
