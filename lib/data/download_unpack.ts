import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";
// @ts-types="@types/yauzl"
import { openPromise } from "yauzl";
import { fileError, messageOf, temporaryPath } from "../runtime/mod.ts";

/** The folder that an archive is unpacked into: its path without the ending. */
export const unpackedPath = (archive: string): string => archive.replace(/\.(tar\.gz|tgz|zip)$/, "");

/**
 * Unpacks a `.tar.gz` or `.zip` into `folder`, which appears only once it is complete; does nothing when it is
 * there already. Members that would land outside of it are refused by the libraries.
 *
 * @throws {KcellfmError} tag "file", when the archive is damaged.
 */
export async function unpackInto(folder: string, archive: string): Promise<void> {
  if (await exists(folder)) return;
  const temporary = temporaryPath(folder);
  await mkdir(temporary, { recursive: true });
  try {
    await (archive.endsWith(".zip")
      ? unzip(archive, temporary)
      : extract({ file: archive, cwd: temporary, strict: true }));
    await rename(temporary, folder);
  } catch (error) {
    if (await exists(folder)) return; // another process was first
    throw fileError(`Cannot unpack ${archive}: ${messageOf(error)}; delete it and fetch it again`, error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function unzip(archive: string, folder: string): Promise<void> {
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const path = join(folder, entry.fileName);
    const isFolder = entry.fileName.endsWith("/");
    await mkdir(isFolder ? path : dirname(path), { recursive: true });
    if (!isFolder) await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
  }
}

const exists = (path: string): Promise<boolean> => Deno.stat(path).then(() => true, () => false);
