import type { Workload } from "../support/workload.ts";
import { bigFile } from "./big-file.ts";
import { firstByte } from "./first-byte.ts";
import { listMillion, listMillionFar } from "./list.ts";
import { copyTables, planTables } from "./many-tables.ts";
import { minioNothingChanged, minioUpload } from "./minio.ts";
import { nothingChanged, nothingChangedMillion } from "./nothing-changed.ts";
import { compareRows, pgbenchCopy } from "./pgbench.ts";
import { progressOnTerminal } from "./progress.ts";
import { regression } from "./regression.ts";
import { serverCopy } from "./server-copy.ts";
import { openReport, writeReport } from "./report.ts";
import { help, validate } from "./start-up.ts";
import { storeToStore } from "./store-to-store.ts";
import { uploadSmall, uploadSmallFar } from "./upload-small.ts";

/** In the order of the results. */
export const WORKLOADS: readonly Workload[] = [
  nothingChanged,
  nothingChangedMillion,
  uploadSmall,
  uploadSmallFar,
  progressOnTerminal,
  storeToStore,
  serverCopy,
  bigFile,
  listMillion,
  listMillionFar,
  firstByte,
  help,
  validate,
  writeReport,
  openReport,
  minioUpload,
  minioNothingChanged,
  regression,
  pgbenchCopy,
  compareRows,
  planTables,
  copyTables,
];
