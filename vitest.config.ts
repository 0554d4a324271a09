import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const MINUTE = 60_000;
/** Tests of databases that would take `npm test` past the time that one waits for it: `npm run test:databases` has them. */
const LONG = [
  "test/postgres/corpus.test.ts",
  "test/postgres/judge.test.ts",
  "test/postgres/round-trip.test.ts",
  "test/postgres/mapping/corpus.test.ts",
  "test/postgres/mapping/map-dump.test.ts",
  "test/postgres/mapping/shadow.test.ts",
  "test/postgres/compare/every-type.test.ts",
  "test/postgres/compare/compare-rows.test.ts",
  "test/postgres/accounts/accounts.test.ts",
  "test/postgres/accounts/owner-grants.test.ts",
  "test/postgres/accounts/run-memberships.test.ts",
  "test/postgres/copy/forward.test.ts",
  "test/postgres/copy/forward-failures.test.ts",
  "test/postgres/copy/snapshot.test.ts",
  "test/postgres/mapping/apply.test.ts",
  "test/postgres/dump/native.test.ts",
  "test/postgres/e2e/kill.test.ts",
  "test/postgres/extension-configuration.test.ts",
  "test/postgres/full-disk.test.ts",
  "test/postgres/state/conformance.test.ts",
  "test/postgres/state/processes.test.ts",
];

export default defineConfig({
  test: {
    // A test that waits for a lost promise should say so soon; the slowest honest one takes seconds.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // One core would be left free of two, while most tests wait for a server.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/action/**", "test/e2e/**", "test/postgres/**", "test/screens/**", "test/pages/**", "test/servers/**", "test/kills/**"],
        },
      },
      // PostgreSQL servers of several majors, started once for all of them.
      {
        extends: true,
        test: {
          name: "postgres",
          include: ["test/postgres/**/*.test.ts"],
          exclude: LONG,
          globalSetup: ["test/support/postgres/global-setup.ts"],
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      },
      // Every kind of object on every pair of majors: minutes.
      {
        extends: true,
        test: {
          name: "databases",
          include: LONG,
          globalSetup: ["test/support/postgres/global-setup.ts"],
          testTimeout: 3 * MINUTE,
          hookTimeout: MINUTE,
        },
      },
      // Each starts servers and the built CLI: seconds a test.
      { extends: true, test: { name: "e2e", include: ["test/e2e/**/*.test.ts", "test/action/**/*.test.ts"], testTimeout: MINUTE } },
      // The built CLI in pseudo-terminals.
      { extends: true, test: { name: "screens", include: ["test/screens/**/*.test.ts"], testTimeout: MINUTE } },
      // Reports in headless Chromium.
      { extends: true, test: { name: "pages", include: ["test/pages/**/*.test.ts"], testTimeout: MINUTE, hookTimeout: MINUTE } },
      {
        extends: true,
        test: { name: "servers", include: ["test/servers/**/*.test.ts"], testTimeout: 2 * MINUTE, hookTimeout: MINUTE, fileParallelism: false },
      },
      {
        extends: true,
        test: {
          name: "kills",
          include: ["test/kills/**/*.test.ts"],
          globalSetup: ["test/support/postgres/global-setup.ts"],
          testTimeout: 20 * MINUTE,
          hookTimeout: MINUTE,
          fileParallelism: false,
        },
      },
    ],
  },
});
