import {
  delay,
  dirname,
  fileError,
  flushTree,
  host,
  join,
  KcellfmError,
  makeFolder,
  messageOf,
  removeIfThere,
  statOrNull,
  temporaryPath,
  writeProblem,
} from "../../runtime/mod.ts";
import { unzipMember, type ZipMember, zipMembers } from "../zip.ts";
import { archiveGate, type ArchiveLimits, type ArchiveMember } from "./archive_gate.ts";

/** The folder that an archive is unpacked into: its path without the ending. */
export const unpackedPath = (archive: string): string => archive.replace(/\.(tar\.gz|tgz|zip)$/, "");

/**
 * Unpacks a `.tar.gz` or `.zip` into `folder`, which appears only once it is complete; does nothing when it is
 * there already. Its members are not trusted: what {@linkcode archiveGate} objects to ends it, and nothing stays.
 *
 * @throws {KcellfmError} tag "file", when the archive is damaged or has a member that is refused.
 */
export async function unpackInto(folder: string, archive: string, limits: ArchiveLimits = {}): Promise<void> {
  if (statOrNull(folder)) return;
  const temporary = temporaryPath(folder);
  makeFolder(temporary);
  try {
    const objection = archiveGate(host.files.stat(archive)?.size ?? 0, limits);
    await (archive.endsWith(".zip") ? unzip : untar)(archive, { folder: temporary, objection });
    flushTree(temporary);
    host.files.rename(temporary, folder);
  } catch (error) {
    if (statOrNull(folder)) return; // another process was first
    const problem = writeProblem(folder, error);
    if (problem instanceof KcellfmError) throw problem;
    throw fileError(`Cannot unpack ${archive}: ${messageOf(error)}; delete it and fetch it again`, error);
  } finally {
    await removeTree(temporary);
  }
}

/** Removes a folder into which a broken unpacking may still be writing its last files. */
async function removeTree(folder: string): Promise<void> {
  for (let tries = 1; tries <= 10 && statOrNull(folder); tries++) {
    removeIfThere(folder);
    if (statOrNull(folder)) await delay(20 * tries);
  }
}

interface Unpacking {
  readonly folder: string;
  readonly objection: (member: ArchiveMember) => string | null;
}

async function untar(archive: string, { folder, objection }: Unpacking): Promise<void> {
  let problem: string | null = null;
  await host.unpackTar(archive, folder, (member) => {
    problem ??= objection(member);
    return problem === null; // nothing more is written once there is an objection
  });
  if (problem !== null) throw new Error(problem);
}

/** All members are looked at before the first is written. */
async function unzip(archive: string, { folder, objection }: Unpacking): Promise<void> {
  const members: ZipMember[] = [];
  for await (const member of zipMembers(archive)) {
    const problem = objection({ ...member, bytes: member.unpacked });
    if (problem !== null) throw new Error(problem);
    members.push(member);
  }
  for (const member of members) await writeMember(archive, member, folder);
}

async function writeMember(archive: string, member: ZipMember, folder: string): Promise<void> {
  const path = join(folder, member.name);
  host.files.makeFolder(member.kind === "folder" ? path : dirname(path));
  if (member.kind === "folder") return;
  if (host.files.stat(path)) throw new Error(`member ${JSON.stringify(member.name)} is there twice`);
  using file = host.files.change(path);
  let at = 0;
  for await (const piece of unzipMember(archive, member)) {
    file.write(at, piece);
    at += piece.length;
  }
}
