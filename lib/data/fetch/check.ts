import { basename, host, statOrNull } from "../../runtime/mod.ts";
import { filePieces } from "../pieces.ts";
import type { Dataset } from "./registry.ts";

/** Size and hash of a file. */
export interface Fingerprint {
  readonly bytes: number;
  readonly sha256: string;
}

/** The expected size and hash of a file; an absent field is unknown. */
export type Expected = Partial<Fingerprint>;

/** Size and SHA-256 of the file, read in pieces; with `gunzip`, of what the file holds once unpacked. */
export async function fingerprint(path: string, { gunzip = false } = {}): Promise<Fingerprint> {
  const hash = host.createHash();
  let bytes = 0;
  const pieces = filePieces(path);
  for await (const piece of gunzip ? host.compression.inflate(pieces, "gzip") : pieces) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest() };
}

/** The SHA-256 of a file in hex; null for a folder. */
export async function fileSha256(path: string): Promise<string | null> {
  return statOrNull(path)?.isFile ? (await fingerprint(path)).sha256 : null;
}

/** Why `found` is not `expected`, in words, or null when nothing speaks against it. */
export function mismatch(found: Fingerprint, expected: Expected): string | null {
  if (expected.bytes !== undefined && found.bytes !== expected.bytes) {
    return `it has ${found.bytes} bytes, expected ${expected.bytes}`;
  }
  if (expected.sha256 !== undefined && found.sha256 !== expected.sha256) {
    return `its sha256 is ${found.sha256}, expected ${expected.sha256}`;
  }
  return null;
}

/**
 * Checks the file at `path` against everything the registry knows of the data set.
 *
 * A file that we gzipped ourselves is another gzip of the same content, so there the content counts; a file of
 * which nothing is known must at least begin as its kind does.
 *
 * @returns its fingerprint, or in words why it is not the data set.
 */
export async function checkDataset(path: string, dataset: Dataset): Promise<Fingerprint | string> {
  const found = await fingerprint(path);
  const problem = mismatch(found, dataset);
  if (problem === null) return wrongKind(path, basename(dataset.path)) ?? found;
  if (dataset.plain === undefined) return problem;
  return await checkContent(path, dataset.plain) ?? found;
}

async function checkContent(path: string, expected: Expected): Promise<string | null> {
  try {
    return mismatch(await fingerprint(path, { gunzip: true }), expected);
  } catch {
    return "it is not a gzip file";
  }
}

const GZIP = [0x1f, 0x8b];
/** First bytes of the files of each kind. */
const BEGINNINGS: ReadonlyMap<string, readonly number[]> = new Map([
  [".h5ad", [0x89, 0x48, 0x44, 0x46]],
  [".h5", [0x89, 0x48, 0x44, 0x46]],
  [".gz", GZIP],
  [".zip", [0x50, 0x4b]],
  [".zst", [0x28, 0xb5, 0x2f, 0xfd]],
  [".obo", [...new TextEncoder().encode("format-version:")]],
]);

/** Why a file that should be called `name` cannot be one of its kind (a web page in place of an h5ad), or null. */
export function wrongKind(path: string, name: string): string | null {
  const kind = name.slice(name.lastIndexOf("."));
  const expected = BEGINNINGS.get(kind);
  if (expected === undefined) return null;
  const start = new Uint8Array(expected.length);
  using file = host.files.open(path);
  const read = file.read(0, start);
  if (read === expected.length && expected.every((byte, i) => byte === start[i])) return null;
  return `it does not begin as ${kind} files do`;
}
