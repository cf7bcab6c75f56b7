import { host, join, messageOf, statOrNull } from "../../runtime/mod.ts";
import { type FileRange, readRange } from "../tensors/file_range.ts";
import { MOST_INFLATED } from "../hdf5/check.ts";
import { type ZipMember, zipMembers } from "../zip.ts";

/** The files of a zarr hierarchy by their keys, such as `X/data/0.0`, wherever they lie. */
export interface ZarrFiles {
  /** Bytes of a file, all or the range; null if there is none. */
  read(key: string, range?: FileRange): Uint8Array | null;
  /** Bytes that a file has; null if there is none. */
  size(key: string): number | null;
  /** Names of the files and folders in a folder. */
  names(folder: string): string[];
}

/** A key that stays inside its hierarchy: names come from the files themselves. */
const isInside = (key: string): boolean =>
  !key.includes("\\") && !key.includes("\0") && key.split("/").every((part) => part !== ".." && part !== ".");

/** A hierarchy that is a folder. */
export function folderFiles(root: string): ZarrFiles {
  const placeOf = (key: string) => isInside(key) ? join(root, key) : null;
  const statOf = (key: string) => {
    const place = placeOf(key);
    return place === null ? null : statOrNull(place);
  };
  return {
    read(key, range) {
      if (!statOf(key)?.isFile) return null;
      return range ? readRange(placeOf(key)!, range) : host.files.read(placeOf(key)!);
    },
    size: (key) => {
      const stat = statOf(key);
      return stat?.isFile ? stat.size : null;
    },
    names: (key) => {
      if (!statOf(key)?.isDirectory) return [];
      return host.files.list(placeOf(key)!).sort();
    },
  };
}

/** Members that a zip of a hierarchy may have: one a chunk. */
const MOST_MEMBERS = 2_000_000;

/** A hierarchy inside a zip, at its root or in its only folder. */
export async function zipFiles(path: string): Promise<ZarrFiles> {
  const members = await listMembers(path);
  const root = rootOf([...members.keys()]);
  const folders = foldersOf([...members.keys()]);
  return {
    read(key, range) {
      const member = members.get(root + key);
      if (!member) return null;
      const bytes = unpackMember(path, member);
      return range ? bytes.subarray(range.start, range.start + range.length) : bytes;
    },
    size: (key) => members.get(root + key)?.unpacked ?? null,
    names: (key) => [...folders.get((root + key).replace(/\/+$/, "")) ?? []].sort(),
  };
}

function unpackMember(path: string, { packing, unpacked, start, length }: ZipMember): Uint8Array {
  const bytes = readRange(path, { start, length });
  if (packing === "stored") return bytes;
  if (unpacked > MOST_INFLATED * bytes.length + 64) throw new RangeError(`a member claims ${unpacked} bytes`);
  return host.compression.unpack(bytes, { form: "raw", most: unpacked });
}

async function listMembers(path: string): Promise<Map<string, ZipMember>> {
  const members = new Map<string, ZipMember>();
  try {
    for await (const member of zipMembers(path)) {
      if (member.kind === "folder") continue;
      if (members.size >= MOST_MEMBERS) throw new RangeError(`it has more than ${MOST_MEMBERS} members`);
      if (member.packing === "other") {
        throw new RangeError(`member ${member.name} is compressed in a way that is not known`);
      }
      members.set(member.name, member);
    }
  } catch (error) {
    throw new RangeError(`its zip is damaged (${messageOf(error)})`, { cause: error });
  }
  return members;
}

const MARKS = /^((?:[^/]+\/)?)(\.zgroup|\.zattrs|zarr\.json)$/;

/** The folder of the hierarchy with its "/", or "". */
function rootOf(names: readonly string[]): string {
  const roots = names.flatMap((name) => MARKS.exec(name)?.[1] ?? []);
  return roots.sort((a, b) => a.length - b.length)[0] ?? "";
}

/** The names in every folder. */
function foldersOf(names: readonly string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const name of names) {
    const parts = name.split("/");
    parts.forEach((part, depth) => {
      const folder = parts.slice(0, depth).join("/");
      if (!folders.has(folder)) folders.set(folder, new Set());
      folders.get(folder)!.add(part);
    });
  }
  return folders;
}
