import { afterAll, beforeAll } from "vitest";
import { openState, openStateReadOnly } from "../../src/state/open.ts";
import { startS3Server, type S3Server } from "../support/s3-server/index.ts";
import { temporaryFolder } from "../support/temp.ts";
import { journalPlace } from "./journal-place.ts";
import { type MovablePlace, moving } from "./moving.ts";

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());

async function folderPlace(): Promise<MovablePlace> {
  const folder = await temporaryFolder();
  const place = { folder: folder.join("state"), plan: "nightly" };
  return {
    open: ({ access, evenMoved }) =>
      access === "read" ? openStateReadOnly({ ...place, evenMoved }) : openState({ ...place, evenMoved, create: access === "create" }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

moving("from a folder to S3", async () => [await folderPlace(), await journalPlace(server)]);
moving("from S3 to S3", async () => [await journalPlace(server), await journalPlace(server)]);
moving("from S3 to a folder", async () => [await journalPlace(server), await folderPlace()]);
