import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { extract, type ReadEntry } from "tar";
// @ts-types="@types/yauzl"
import type { Entry, ZipFile } from "yauzl";
import {
  fileError,
  KcellfmError,
  makeFolder,
  messageOf,
  syncFile,
  syncFolder,
  temporaryPath,
  writeProblem,
} from "../../runtime/mod.ts";
import { archiveGate, type ArchiveLimits, type ArchiveMember } from "./archive_gate.ts";
import { openZip } from "./zip_file.ts";

/** The folder that an archive is unpacked into: its path without the ending. */
export const unpackedPath = (archive: string): string => archive.replace(/\.(tar\.gz|tgz|zip)$/, "");

/**
 * Unpacks a `.tar.gz` or `.zip` into `folder`, which appears only once it is complete; does nothing when it is
 * there already. Its members are not trusted: what {@linkcode archiveGate} objects to ends it, and nothing stays.
 *
 * @throws {KcellfmError} tag "file", when the archive is damaged or has a member that is refused.
 */
export async function unpackInto(folder: string, archive: string, limits: ArchiveLimits = {}): Promise<void> {
  if (await exists(folder)) return;
  const temporary = temporaryPath(folder);
  await makeFolder(temporary);
  try {
    const objection = archiveGate((await Deno.stat(archive)).size, limits);
    await (archive.endsWith(".zip") ? unzip : untar)(archive, { folder: temporary, objection });
    await syncTree(temporary);
    await rename(temporary, folder);
  } catch (error) {
    if (await exists(folder)) return; // another process was first
    const problem = writeProblem(folder, error);
    if (problem instanceof KcellfmError) throw problem;
    throw fileError(`Cannot unpack ${archive}: ${messageOf(error)}; delete it and fetch it again`, error);
  } finally {
    await removeTree(temporary);
  }
}

/** Removes a folder into which a broken unpacking may still be writing its last files. */
async function removeTree(folder: string): Promise<void> {
  for (let tries = 1; tries <= 10; tries++) {
    const isGone = await rm(folder, { recursive: true, force: true }).then(() => true, () => false);
    if (isGone && !await exists(folder)) return;
    await delay(20 * tries);
  }
}

/** Flushes every file below a folder, which is about to count as whole. */
async function syncTree(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    await (isDirectory ? syncTree(path) : syncFile(path));
  }
  await syncFolder(folder);
}

interface Unpacking {
  readonly folder: string;
  readonly objection: (member: ArchiveMember) => string | null;
}

async function untar(archive: string, { folder, objection }: Unpacking): Promise<void> {
  let problem: string | null = null;
  const filter = (name: string, entry: Deno.FileInfo | ReadEntry | object): boolean => {
    problem ??= objection({ name, bytes: "size" in entry ? Number(entry.size) : 0, kind: tarKind(entry) });
    return problem === null; // nothing more is written once there is an objection
  };
  await extract({ file: archive, cwd: folder, strict: true, filter });
  if (problem !== null) throw new Error(problem);
}

function tarKind(entry: object): ArchiveMember["kind"] {
  const type = "type" in entry ? entry.type : undefined;
  if (type === "Directory") return "folder";
  return type === "File" || type === "OldFile" || type === "ContiguousFile" ? "file" : "other";
}

/** All members are looked at before the first is written; yauzl sees to it that none unpacks to more than it says. */
async function unzip(archive: string, { folder, objection }: Unpacking): Promise<void> {
  const zip = await openZip(archive);
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      const problem = objection({
        name: entry.fileName,
        bytes: entry.uncompressedSize,
        kind: zipKind(entry),
      });
      if (problem !== null) throw new Error(problem);
      entries.push(entry);
    }
    for (const entry of entries) await writeMember(zip, entry, folder);
  } finally {
    zip.close();
  }
}

async function writeMember(zip: ZipFile, entry: Entry, folder: string): Promise<void> {
  const path = join(folder, entry.fileName);
  const isFolder = entry.fileName.endsWith("/");
  await mkdir(isFolder ? path : dirname(path), { recursive: true });
  if (isFolder) return;
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { flags: "wx" }));
}

/** By the Unix mode in the upper half of the attributes, where there is one. */
function zipKind({ fileName, externalFileAttributes }: Entry): ArchiveMember["kind"] {
  const type = (externalFileAttributes >>> 16) & 0o170000;
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return "other";
  return fileName.endsWith("/") ? "folder" : "file";
}

const exists = (path: string): Promise<boolean> => Deno.stat(path).then(() => true, () => false);
