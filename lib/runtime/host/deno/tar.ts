import { extract, type ReadEntry } from "tar";
import type { TarMember } from "../types.ts";

/** See {@linkcode Host.unpackTar}. */
export async function unpackTar(
  archive: string,
  folder: string,
  accept: (member: TarMember) => boolean,
): Promise<void> {
  const filter = (name: string, entry: ReadEntry | object): boolean =>
    accept({ name, bytes: "size" in entry ? Number(entry.size) : 0, kind: kindOf(entry) });
  await extract({ file: archive, cwd: folder, strict: true, filter });
}

function kindOf(entry: object): TarMember["kind"] {
  const type = "type" in entry ? entry.type : undefined;
  if (type === "Directory") return "folder";
  return type === "File" || type === "OldFile" || type === "ContiguousFile" ? "file" : "other";
}
