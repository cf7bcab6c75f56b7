import {
  type Entry,
  ERR_UNSAFE_FILENAME,
  type Reader,
  ZipReader,
} from "@zip.js/zip.js/lib/zip-core-reader.js";
import { type ByteSource, host } from "../runtime/mod.ts";
import { filePieces } from "./pieces.ts";
import type { FileRange } from "./tensors/file_range.ts";

/** A member of a zip, and where its bytes lie, packed. */
export interface ZipMember extends FileRange {
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
  readonly packing: "stored" | "deflated" | "other";
  /** Bytes when unpacked, as the zip says. */
  readonly unpacked: number;
}

/**
 * The members of a zip one by one, from its directory alone; names that lead out of a folder are refused.
 *
 * @throws {Error} when it is damaged or can be read in two ways.
 */
export async function* zipMembers(path: string): AsyncGenerator<ZipMember> {
  using file = host.files.open(path);
  const readUint8Array = (at: number, length: number) => readPart(file, at, length);
  const reader = new ZipReader({ size: file.size, readUint8Array } as Reader<unknown>);
  try {
    for await (const entry of reader.getEntriesGenerator()) yield memberOf(file, entry);
  } catch (error) {
    throw leadsOut(error) ?? error;
  }
}

function leadsOut(error: unknown): Error | null {
  if (!(error instanceof Error && error.message === ERR_UNSAFE_FILENAME && "filename" in error)) return null;
  return new Error(`member ${JSON.stringify(error.filename)} would lead out of its folder`, { cause: error });
}

// deno-lint-ignore require-await -- what is thrown has to arrive as a rejection
async function readPart(file: ByteSource, start: number, length: number): Promise<Uint8Array> {
  if (!(start >= 0 && length >= 0 && start + length <= file.size)) {
    throw new Error(`it points to byte ${start + length}, and has ${file.size}`);
  }
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, file.read(start, bytes));
}

const PACKINGS = new Map([[0, "stored"], [8, "deflated"]] as const);
/** Of a member's own header, before its name and extra field (APPNOTE 6.3.10, section 4.3.7). */
const HEADER_BYTES = 30;

function memberOf(file: ByteSource, entry: Entry): ZipMember {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  file.read(entry.offset, new Uint8Array(header.buffer));
  if (header.getUint32(0) !== 0x504b0304) {
    throw new Error(`member ${entry.filename} is not where it should be`);
  }
  const start = entry.offset + HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  return {
    name: entry.filename,
    kind: kindOf(entry),
    packing: entry.encrypted ? "other" : PACKINGS.get(entry.compressionMethod as 0 | 8) ?? "other",
    start,
    length: entry.compressedSize,
    unpacked: entry.uncompressedSize,
  };
}

/** By the Unix mode in the upper half of the attributes, where there is one. */
function kindOf({ filename, externalFileAttributes }: Entry): ZipMember["kind"] {
  const type = (externalFileAttributes >>> 16) & 0o170000;
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return "other";
  return filename.endsWith("/") ? "folder" : "file";
}

/**
 * The content of a member piece by piece.
 *
 * @throws {Error} when it is damaged, or is not as long as the zip says.
 */
export async function* unzipMember(path: string, member: ZipMember): AsyncGenerator<Uint8Array> {
  if (member.packing === "other") {
    throw new Error(`member ${member.name} is packed in a way that is not known`);
  }
  const pieces = filePieces(path, member);
  let total = 0;
  for await (const piece of member.packing === "stored" ? pieces : host.compression.inflate(pieces, "raw")) {
    total += piece.length;
    if (total > member.unpacked) break;
    yield piece;
  }
  if (total === member.unpacked) return;
  throw new Error(`member ${member.name} does not unpack to the ${member.unpacked} bytes that it claims`);
}
