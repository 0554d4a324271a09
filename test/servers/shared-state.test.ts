import { afterAll, beforeAll, describe } from "vitest";
import { journalPlace } from "../state/journal-place.ts";
import { sharedProcesses } from "../state/shared-processes.ts";
import { stateConformance } from "../state/state-conformance.ts";
import { makeBucket } from "../support/buckets.ts";
import { type RunningServer, serverProgram, startMinio, startVersitygw } from "../support/servers.ts";

describe.for([
  { name: "MinIO", program: serverProgram("minio"), start: startMinio },
  { name: "versitygw", program: serverProgram("versitygw"), start: startVersitygw },
])("a state in $name", ({ name, program, start }) => {
  describe.skipIf(program === undefined)(name, () => {
    let server: RunningServer;

    beforeAll(async () => {
      server = await start(program ?? "");
    });
    afterAll(() => server.stop());

    stateConformance(name, () => journalPlace(server));
    sharedProcesses(name, async () => {
      const bucket = await makeBucket(server);
      const { endpoint, region, accessKeyId, secretAccessKey } = server;
      return {
        place: { kind: "s3", endpoint, region, accessKeyId, secretAccessKey, bucket: bucket.location.bucket },
        sever: async () => {},
        [Symbol.asyncDispose]: async () => bucket.close(),
      };
    });
  });
});
