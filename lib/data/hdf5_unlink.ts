import { fileError } from "../runtime/mod.ts";

/**
 * Removes the link to `target` (such as `obs/kcellfm_cell_type`) from a closed HDF5 file, so that something else can
 * take its name. h5wasm has no H5Ldelete; this does what it does to a group of the original format, which keeps its
 * links in symbol nodes without checksums: the entry is taken out and the later ones move up. The object itself
 * stays behind as unused space. Returns false where there is no such link.
 *
 * Layout: HDF5 File Format Specification 3.0, sections II.A, III.A.1, III.B, III.C, III.D and IV.A.1.
 *
 * @throws {KcellfmError} tag "file", when the group is of the newer format.
 */
export function unlink(path: string, target: string): boolean {
  using file = Deno.openSync(path, { read: true, write: true });
  const bytes = new FileBytes(file);
  const names = target.split("/");
  let group = rootGroup(bytes);
  for (const [depth, name] of names.entries()) {
    if (group === null) throw unknownFormat(path, target);
    const entry: Entry | null = findEntry(bytes, group, name);
    if (!entry) return false;
    if (depth === names.length - 1) removeEntry(bytes, entry);
    else group = symbolTable(bytes, entry.object);
  }
  return true;
}

const unknownFormat = (path: string, target: string) =>
  fileError(
    `Cannot replace ${target} of ${path}: its group is of HDF5's newer format, from which links cannot be ` +
      `removed here; delete it with the program that wrote it, then run this again`,
  );

/** Where a group keeps its links: the root of a B-tree of symbol nodes, and the heap of their names. */
interface SymbolTable {
  readonly tree: number;
  readonly heap: number;
}

interface Entry {
  readonly node: number;
  readonly slot: number;
  readonly object: number;
}

const ENTRY_BYTES = 40;
const NODE_HEAD_BYTES = 8;
const MESSAGE = { continuation: 0x10, symbolTable: 0x11 } as const;

function rootGroup(bytes: FileBytes): SymbolTable | null {
  const version = bytes.uint(8, 1);
  if (version > 1 || bytes.uint(13, 1) !== 8 || bytes.uint(14, 1) !== 8) return null;
  return symbolTable(bytes, bytes.uint(version === 0 ? 64 : 68, 8));
}

/** The symbol table message of the object header (version 1) at `address`; null where it has none. */
function symbolTable(bytes: FileBytes, address: number): SymbolTable | null {
  if (bytes.uint(address, 1) !== 1) return null;
  const blocks = [{ at: address + 16, length: bytes.uint(address + 8, 4) }];
  for (const { at, length } of blocks) {
    for (let message = at; message + 8 <= at + length;) {
      const [type, size] = [bytes.uint(message, 2), bytes.uint(message + 2, 2)];
      const body = message + 8;
      if (type === MESSAGE.symbolTable) return { tree: bytes.uint(body, 8), heap: bytes.uint(body + 8, 8) };
      if (type === MESSAGE.continuation) {
        blocks.push({ at: bytes.uint(body, 8), length: bytes.uint(body + 8, 8) });
      }
      message = body + size;
    }
  }
  return null;
}

function findEntry(bytes: FileBytes, { tree, heap }: SymbolTable, name: string): Entry | null {
  const names = bytes.uint(heap + 24, 8);
  for (const node of symbolNodes(bytes, tree)) {
    const count = bytes.uint(node + 6, 2);
    for (let slot = 0; slot < count; slot++) {
      const entry = node + NODE_HEAD_BYTES + slot * ENTRY_BYTES;
      if (bytes.text(names + bytes.uint(entry, 8), name.length * 4) !== name) continue;
      return { node, slot, object: bytes.uint(entry + 8, 8) };
    }
  }
  return null;
}

/** Addresses of the symbol nodes below a B-tree node, in order. */
function symbolNodes(bytes: FileBytes, tree: number): number[] {
  const [level, used] = [bytes.uint(tree + 5, 1), bytes.uint(tree + 6, 2)];
  const children = Array.from({ length: used }, (_, i) => bytes.uint(tree + 24 + 8 + 16 * i, 8));
  return level === 0 ? children : children.flatMap((child) => symbolNodes(bytes, child));
}

/** Moves the later entries of the node up and lowers its count; the tree's keys stay valid bounds. */
function removeEntry(bytes: FileBytes, { node, slot }: Entry): void {
  const count = bytes.uint(node + 6, 2);
  const at = node + NODE_HEAD_BYTES + slot * ENTRY_BYTES;
  const later = bytes.read(at + ENTRY_BYTES, (count - slot - 1) * ENTRY_BYTES);
  bytes.write(at, later);
  bytes.write(node + 6, Uint8Array.of((count - 1) & 255, (count - 1) >> 8));
}

/** Little-endian fields of a file by address. */
class FileBytes {
  constructor(readonly file: Deno.FsFile) {}

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.file.seekSync(address, Deno.SeekMode.Start);
    for (let at = 0; at < length;) {
      const count = this.file.readSync(bytes.subarray(at));
      if (count === null) return bytes.subarray(0, at);
      at += count;
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    this.file.seekSync(address, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) at += this.file.writeSync(bytes.subarray(at));
  }

  uint(address: number, size: number): number {
    return this.read(address, size).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  /** The text at `address` up to its NUL, reading at most one byte more than `length`. */
  text(address: number, length: number): string {
    const bytes = this.read(address, length + 1);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
}
