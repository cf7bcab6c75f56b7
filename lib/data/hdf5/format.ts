import type { ByteSource, ByteTarget } from "../../runtime/mod.ts";

/**
 * The parts of the HDF5 file format that h5wasm does not give us: where a group of the original format keeps its
 * links, and where a dataset keeps its chunks. Everything here gives null for what is of a newer format, and the
 * caller then leaves it to the library.
 *
 * Layout: HDF5 File Format Specification 3.0, sections II.A, III.A.1, III.B, III.C, III.D and IV.A.1.
 */

/** Addresses of a group's links: the root of a B-tree of symbol nodes, and the heap of their names. */
export interface SymbolTable {
  readonly tree: number;
  readonly heap: number;
}

/** A link: the symbol node and the slot in it, and the object it names. */
export interface Entry {
  readonly node: number;
  readonly slot: number;
  readonly object: number;
}

export const ENTRY_BYTES = 40;
export const NODE_HEAD_BYTES = 8;
const CONTINUATION = 0x10;
const SYMBOL_TABLE = 0x11;

/** The root group; null where the superblock is of version 2 or later. */
export function rootGroup(bytes: FileBytes): SymbolTable | null {
  const version = bytes.uint(8, 1);
  if (version > 1 || bytes.uint(13, 1) !== 8 || bytes.uint(14, 1) !== 8) return null;
  return symbolTable(bytes, bytes.uint(version === 0 ? 64 : 68, 8));
}

/** The link at a path such as `X/data`; "missing" if there is none, null where a group is of a newer format. */
export function findPath(bytes: FileBytes, path: string): Entry | "missing" | null {
  let group = rootGroup(bytes);
  let entry: Entry | null = null;
  for (const name of path.split("/")) {
    if (entry) group = symbolTable(bytes, entry.object);
    if (group === null) return null;
    entry = findEntry(bytes, group, name);
    if (entry === null) return "missing";
  }
  return entry;
}

/** A message of an object header: its type, and where its body lies. */
export interface Message {
  readonly type: number;
  readonly body: number;
  readonly size: number;
}

/** Bytes of an object header at most: no library writes larger ones, and damaged lengths would be walked for minutes. */
const MAX_HEADER = 1 << 20;

/** The messages of the object header (version 1) at `address`; none where it is of version 2 or beyond reason. */
export function messagesOf(bytes: FileBytes, address: number): Message[] {
  if (bytes.uint(address, 1) !== 1) return [];
  const messages: Message[] = [];
  const blocks = [{ at: address + 16, length: bytes.uint(address + 8, 4) }];
  let total = 0;
  for (const { at, length } of blocks) {
    total += length;
    if (total > MAX_HEADER) return [];
    for (let next = at; next + 8 <= at + length;) {
      const message = { type: bytes.uint(next, 2), body: next + 8, size: bytes.uint(next + 2, 2) };
      messages.push(message);
      if (message.type === CONTINUATION) {
        blocks.push({ at: bytes.uint(message.body, 8), length: bytes.uint(message.body + 8, 8) });
      }
      next = message.body + message.size;
    }
  }
  return messages;
}

function symbolTable(bytes: FileBytes, address: number): SymbolTable | null {
  const message = messagesOf(bytes, address).find(({ type }) => type === SYMBOL_TABLE);
  return message ? { tree: bytes.uint(message.body, 8), heap: bytes.uint(message.body + 8, 8) } : null;
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
function symbolNodes(bytes: FileBytes, tree: number, seen = new Set<number>()): number[] {
  const { level, used } = treeNode(bytes, tree, seen);
  const children = Array.from({ length: used }, (_, i) => bytes.uint(tree + 24 + 8 + 16 * i, 8));
  return level === 0 ? children : children.flatMap((child) => symbolNodes(bytes, child, seen));
}

/**
 * The level of a version 1 B-tree node and how many children it has; it is added to `seen`.
 *
 * @throws {RangeError} when there is no node, or the walk was here before: a damaged tree may run in circles.
 */
export function treeNode(
  bytes: FileBytes,
  address: number,
  seen: Set<number>,
): { level: number; used: number } {
  if (seen.has(address) || bytes.text(address, 3) !== "TREE") {
    throw new RangeError(`its index has no node at byte ${address}, the file is damaged`);
  }
  seen.add(address);
  return { level: bytes.uint(address + 5, 1), used: bytes.uint(address + 6, 2) };
}

/** Little-endian fields of a file by address. */
export class FileBytes {
  readonly #size: number;

  constructor(readonly file: ByteSource) {
    this.#size = file.size;
  }

  /** Up to `length` bytes: fewer, and no more memory, where the file ends. */
  read(address: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.#size - address)));
    return bytes.length === 0 ? bytes : bytes.subarray(0, this.file.read(address, bytes));
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

/** Fields that can be changed. */
export class EditableBytes extends FileBytes {
  constructor(override readonly file: ByteTarget) {
    super(file);
  }

  write(address: number, bytes: Uint8Array): void {
    this.file.write(address, bytes);
  }
}
