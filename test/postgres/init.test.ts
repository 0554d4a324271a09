import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { startPostgres } from "../support/postgres/servers.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startTerminal } from "../support/terminal.ts";

const SECRET = "Qz7-never-shown";

test("init asks for the password that a server wants, hides it, and tries it; a database that is not there yet is no mistake", async () => {
  await using folder = await temporaryFolder("tidemark-init-");
  const server = await startPostgres(15);
  try {
    const admin = new pg.Client(server.url());
    await admin.connect();
    await admin.query(`CREATE ROLE owner LOGIN PASSWORD '${SECRET}'`);
    await admin.end();
    await writeFile(join(server.data, "pg_hba.conf"), "local all all trust\nhost all owner all scram-sha-256\nhost all postgres all trust\n");
    await server.restart("fast");

    await using terminal = startTerminal(["init", "shop.yaml"], { cwd: folder.path, rows: 40, env: { HOME: folder.path } });
    await terminal.shows("Copy from\n");
    terminal.type(`postgres://owner@127.0.0.1:${server.port}/postgres\r`);
    await terminal.shows("Password\n");
    terminal.type("wrong");
    await terminal.shows("> •••••▏");
    terminal.press("enter");
    await terminal.shows(/✗ [^]*\[POSTGRES_AUTH\]/);
    terminal.press("ctrl-u");
    terminal.type(`${SECRET}\r`);
    await terminal.shows(/✓ Password •••••• +tried/);
    terminal.type(`${server.url("later")}\r`);
    await terminal.shows(/✓ Copy to .* tried/);
    await terminal.shows("Roles of the server");
    terminal.press("enter");
    await terminal.shows("› report");
    terminal.press("enter");
    await terminal.shows("Write shop.yaml?");
    terminal.press("enter");
    expect((await terminal.exited).code).toBe(0);
    const text = await readFile(folder.join("shop.yaml"), "utf8");
    expect(text).toContain('password: "${SOURCE_PASSWORD}"');
    for (const all of [text, terminal.raw()]) expect(all).not.toContain("never-shown");
    expect(terminal.history().join("\n")).toContain("export SOURCE_PASSWORD=…");
  } finally {
    await server.stop();
  }
});
