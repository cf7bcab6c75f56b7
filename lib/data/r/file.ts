import { fileError, KcellfmError, messageOf } from "../../runtime/mod.ts";
import { fileBytes } from "../tables/bytes.ts";
import { requireFile } from "../hdf5/check.ts";
import { asciiInput } from "./ascii.ts";
import { binaryInput, ByteStream, type Input } from "./input.ts";
import { ItemReader, type ReadLimits } from "./serialization.ts";
import { byTag, type RValue } from "./values.ts";

/** The variables of an `.rda`, or the one value of an `.rds` under the name "". */
export type RVariables = ReadonlyMap<string, RValue>;

/** Bytes that a byte of a file becomes at most, and what any file may hold: the same as for archives, and a matrix. */
const MOST_UNPACKED = 200;
const SPARE = 1 << 28;

/** The start of `.rda` files (binary, ASCII, XDR), and of a serialization. */
const WORKSPACE = /^RD([ABX])([1-9])\n$/;
const FORMATS = ["X\n", "A\n", "B\n"];

/** True if the unpacked bytes of a file begin like those that R's save or saveRDS write. */
export function startsLikeR(head: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(head.subarray(0, 6));
  if (WORKSPACE.test(text.slice(0, 5))) return true;
  if (text.startsWith("A\n")) return /^A\n[23]\n/.test(text);
  const [major, minor] = text.startsWith("X\n") ? [4, 5] : [5, 2];
  const version = text.charCodeAt(text.startsWith("X\n") ? major + 1 : minor);
  return (text.startsWith("X\n") || text.startsWith("B\n")) && (version === 2 || version === 3);
}

/**
 * Reads an `.rds`, `.rda` or `.RData` file (XDR, native or ASCII; gzip, bzip2, xz or plain) as data; nothing is run.
 *
 * @throws {KcellfmError} tag "file", when it is damaged, no file of R's, or of a version before R 1.4.
 */
export async function readRFile(path: string, limits: ReadLimits): Promise<RVariables> {
  const { size } = requireFile(path);
  const stream = new ByteStream(fileBytes(path), MOST_UNPACKED * size + SPARE);
  try {
    return await readVariables(stream, limits);
  } catch (error) {
    if (error instanceof KcellfmError) throw error;
    throw fileError(`Cannot read ${path}: ${messageOf(error)}; the file is damaged or no file of R's`, error);
  } finally {
    await stream.close();
  }
}

async function readVariables(stream: ByteStream, limits: ReadLimits): Promise<RVariables> {
  const isWorkspace = await takeWorkspaceHead(stream);
  const input = await openInput(stream);
  const reader = new ItemReader(stream, input, limits);
  const value = await reader.item();
  if (!isWorkspace) return new Map([["", value]]);
  if (value?.kind !== "pairs") throw new RangeError("it holds no variables");
  return byTag(value);
}

async function takeWorkspaceHead(stream: ByteStream): Promise<boolean> {
  await stream.need(5);
  const [, format, version] = WORKSPACE.exec(latin1(stream.peek(5))) ?? [];
  if (format === undefined) return false;
  if (version !== "2" && version !== "3") {
    throw new RangeError(`it was saved in R's format ${version}, known are 2 and 3; save it again in R`);
  }
  stream.advance(5);
  return true;
}

/** Reads the head of a serialization: its form, its version, and of version 3 the encoding of its texts. */
async function openInput(stream: ByteStream): Promise<Input> {
  await stream.need(2);
  const format = latin1(stream.peek(2));
  if (!FORMATS.includes(format)) throw new RangeError("it does not begin as R's files do");
  stream.advance(2);
  const input = format === "A\n"
    ? asciiInput(stream)
    : binaryInput(stream, { littleEndian: format === "B\n" });
  const version = await input.int();
  if (version !== 2 && version !== 3) {
    throw new RangeError(`its serialization has version ${version}, known are 2 and 3`);
  }
  await input.int(); // the R that wrote it
  await input.int(); // the oldest R that reads it
  if (version === 3) await input.text(await input.int());
  return input;
}

const latin1 = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);
