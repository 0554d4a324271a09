import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { TidemarkError } from "../core/errors.ts";
import type { Page } from "../report/html/page.ts";
import { PAGE_MARKER } from "../report/html/page-data.ts";
import { Output } from "../report/output.ts";

/**
 * Before any work: whether a report may be written there.
 *
 * @throws TidemarkError `FILE_EXISTS` where something stands that is no report: a slip must not cost a plan file
 */
export async function mustBeReport(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw notWritten(file, "it is a folder");
  if (!found?.isFile() || found.size === 0) return;
  if ((await beginningOf(file)) === PAGE_MARKER) return;
  throw new TidemarkError("FILE_EXISTS", `${file} is there already, and it is no report of Tidemark: it is left as it is.`, {
    hint: "Name another file with --html.",
  });
}

/** Files that writing a report makes: no sync may copy or delete them. */
export function reportPaths(file: string | undefined): readonly string[] {
  return file === undefined ? [] : [resolve(file), partialOf(resolve(file))];
}

/**
 * Writes a report, whole or not at all: under another name until it is finished.
 *
 * Others may read it as far as the umask lets them. Unlike a changeset nobody can apply it, it holds no
 * credentials, and it is made to be handed on: by a web server, as an artifact of a job, in a mail.
 *
 * @throws TidemarkError `FILE_NOT_WRITTEN`, and what reading the data throws
 */
export async function writeReport(file: string, make: () => Promise<Page> | Page): Promise<void> {
  const [{ writePage }, { readPageAssets }] = await Promise.all([import("../report/html/page.ts"), import("../report/html/assets.ts")]);
  const assets = await readPageAssets();
  const page = await make();
  const path = resolve(file);
  // A pipe or a device cannot be replaced, only written to.
  const isPlain = (await stat(path).catch(() => undefined))?.isFile() ?? true;
  const target = isPlain ? partialOf(path) : path;
  const stream = createWriteStream(target);
  const out = new Output(stream);
  try {
    await writePage(page, assets, async (text) => {
      out.write(text);
      if (out.full) await out.flush();
      if (out.failure) throw out.failure;
    });
    await out.settle();
    await new Promise<void>((done) => stream.close(() => done()));
    if (out.failure) throw out.failure;
    if (isPlain) await rename(target, path);
  } catch (error) {
    stream.destroy();
    if (isPlain) await rm(target, { force: true });
    if (error === out.failure || (error instanceof Error && "syscall" in error))
      throw notWritten(file, error instanceof Error ? error.message : String(error), error);
    throw error;
  }
}

function partialOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PAGE_MARKER.length), 0, PAGE_MARKER.length, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function notWritten(file: string, why: string, cause?: unknown): TidemarkError {
  return new TidemarkError("FILE_NOT_WRITTEN", `${file} could not be written: ${why}`, { hint: "Name another file with --html.", cause });
}
