/**
 * Runs the S3 server for other processes until SIGTERM or SIGINT:
 * `node test/support/s3-server/serve.ts --bucket b [--bucket c] [--versioned c] [--port 0] [--folder F]`.
 * Prints one line of JSON: endpoint, port, region, accessKeyId, secretAccessKey.
 */
import { parseArgs } from "node:util";
import { startS3Server } from "./index.ts";

const { values } = parseArgs({
  options: {
    bucket: { type: "string", multiple: true, default: [] },
    versioned: { type: "string", multiple: true, default: [] },
    port: { type: "string", default: "0" },
    folder: { type: "string" },
    region: { type: "string" },
    "access-key-id": { type: "string" },
    "secret-access-key": { type: "string" },
    "min-part-bytes": { type: "string" },
  },
});

const minPartBytes = values["min-part-bytes"];
const server = await startS3Server({
  buckets: [...new Set([...values.bucket, ...values.versioned])],
  versioning: values.versioned,
  port: Number(values.port),
  folder: values.folder,
  region: values.region,
  accessKeyId: values["access-key-id"],
  secretAccessKey: values["secret-access-key"],
  keepsRequests: false,
  limits: minPartBytes === undefined ? {} : { minPartBytes: Number(minPartBytes) },
});

const { endpoint, port, region, accessKeyId, secretAccessKey } = server;
process.stdout.write(`${JSON.stringify({ endpoint, port, region, accessKeyId, secretAccessKey })}\n`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.close());
