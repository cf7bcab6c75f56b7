import type { ByteSource, ByteTarget } from "../../runtime/mod.ts";
import { guardHeaps } from "./heaps.ts";

/** The parts of emscripten's file system that the HDF5 library's files are given through. */
export interface Emscripten {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  unlink(path: string): void;
  ErrnoError: new (code: number) => Error;
}

interface FileNode {
  readonly id: number;
  readonly mode: number;
  node_ops: object;
  stream_ops: object;
}

interface Stream {
  readonly position: number;
}

/** A file of the host under the name by which the HDF5 library finds it. */
export interface Mounted extends Disposable {
  readonly name: string;
}

let mounted = 0;

/** Shows the HDF5 library an open file, which it closes when it is disposed. */
export function mount(fs: Emscripten, file: ByteSource | ByteTarget): Mounted {
  const name = `host-${++mounted}`;
  const node = fs.createFile("/", name, {}, true, true);
  node.node_ops = {
    getattr: () => attributesOf(node, file.size),
    setattr: (_: FileNode, { size }: { size?: number }) => {
      if (size !== undefined && size !== file.size) run(fs, () => (file as ByteTarget).resize(size));
    },
  };
  node.stream_ops = {
    read(_: Stream, heap: Int8Array, offset: number, length: number, position: number): number {
      const bytes = new Uint8Array(heap.buffer, heap.byteOffset + offset, length);
      const count = run(fs, () => file.read(position, bytes));
      guardHeaps(file, bytes.subarray(0, count), position);
      return count;
    },
    write(_: Stream, heap: Int8Array, offset: number, length: number, position: number): number {
      const bytes = new Uint8Array(heap.buffer, heap.byteOffset + offset, length);
      run(fs, () => (file as ByteTarget).write(position, bytes));
      return length;
    },
    llseek: ({ position }: Stream, offset: number, whence: number): number =>
      offset + [0, position, file.size][whence],
  };
  return {
    name: `/${name}`,
    [Symbol.dispose]() {
      fs.unlink(`/${name}`);
      file[Symbol.dispose]();
    },
  };
}

function attributesOf({ id, mode }: FileNode, size: number) {
  const never = new Date(0);
  return {
    dev: 1,
    ino: id,
    mode,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size,
    atime: never,
    mtime: never,
    ctime: never,
    blksize: 4096,
    blocks: Math.ceil(size / 4096),
  };
}

/** "Input/output error" in emscripten's C library. */
const EIO = 29;

let refusal: unknown = null;

/** The error with which the system refused since the last call, or null. */
export function takeRefusal(): unknown {
  const taken = refusal;
  refusal = null;
  return taken;
}

/** Refusals travel through C as a number: an exception would leave the library in the middle of its work. */
function run<T>(fs: Emscripten, call: () => T): T {
  try {
    return call();
  } catch (error) {
    refusal ??= error;
    throw new fs.ErrnoError(EIO);
  }
}
