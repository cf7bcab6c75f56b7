import { fileError, type FileFacts, host } from "../../runtime/mod.ts";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes that one deflated byte becomes at most (zlib's own figure). */
export const MOST_INFLATED = 1032;
/** Bytes that any dataset may claim, however small its file. */
const SMALL = 1 << 20;

/**
 * Fails when a dataset claims more bytes than a file of `size` bytes could hold deflated: reading would first take the
 * memory, then meet the damage. Holds for datasets that were written; those never written are refused with the damaged.
 *
 * @throws {RangeError}
 */
export function requirePlausible(claimed: number, size: number): void {
  if (claimed <= MOST_INFLATED * size + SMALL) return;
  throw new RangeError(`it claims ${claimed} bytes, its file has ${size}; the file may be damaged`);
}

/**
 * Fails with one clear line when `path` is missing, empty, not HDF5, or shorter than its superblock says.
 * The library would print a page of diagnostics instead. Layout: HDF5 File Format Specification, section II.A.
 *
 * @throws {KcellfmError} tag "file".
 */
export function requireHdf5(path: string): void {
  const { size } = requireFile(path);
  const head = readHead(path);
  if (!SIGNATURE.every((byte, i) => head[i] === byte)) {
    throw fileError(`Cannot read ${path}: it is not an HDF5 file (an .h5ad or .h5 starts with "\\x89HDF")`);
  }
  const expected = storedEnd(head);
  if (expected !== null && size < expected) {
    throw fileError(
      `Cannot read ${path}: it is truncated (${size} of ${expected} bytes); copy or download it again`,
    );
  }
}

/** The file's stat, or one clear line when it is missing, a folder or empty. */
export function requireFile(path: string): FileFacts {
  let stat: FileFacts | null;
  try {
    stat = host.files.stat(path);
  } catch (error) {
    throw fileError(`Cannot read ${path}: it cannot be opened`, error);
  }
  if (stat === null) throw fileError(`Cannot read ${path}: there is no such file`);
  if (stat.isDirectory) throw fileError(`Cannot read ${path}: it is a folder, a file was expected`);
  if (stat.size === 0) throw fileError(`Cannot read ${path}: the file is empty (0 bytes)`);
  return stat;
}

function readHead(path: string): Uint8Array {
  using file = host.files.open(path);
  const head = new Uint8Array(64);
  return head.subarray(0, file.read(0, head));
}

/** The end-of-file address in superblock versions 0 to 3 with 8-byte offsets, else null. */
function storedEnd(head: Uint8Array): number | null {
  if (head.length < 56) return null;
  const view = new DataView(head.buffer);
  const version = head[8];
  const offsetBytes = version < 2 ? head[13] : head[9];
  if (version > 3 || offsetBytes !== 8) return null;
  const shift = version === 1 ? 4 : 0;
  return Number(view.getBigUint64(version < 2 ? 40 + shift : 28, true));
}
