import type { ByteSource, ByteTarget, FileFacts, Files } from "../files.ts";

/** The computer's own files. */
export const files: Files = {
  stat(path) {
    try {
      return factsOf(Deno.statSync(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
      throw error;
    }
  },
  list: (folder) => Array.from(Deno.readDirSync(folder), ({ name }) => name),
  read: (path) => Deno.readFileSync(path),
  write: (path, content) => Deno.writeFileSync(path, content),
  append: (path, content) => Deno.writeFileSync(path, content, { append: true }),
  open: (path) => new SystemFile(path, Deno.openSync(path)),
  change: (path) => new SystemFile(path, Deno.openSync(path, { read: true, write: true, create: true })),
  copy(from, to) {
    Deno.copyFileSync(from, to);
    Deno.chmodSync(to, 0o644);
  },
  rename: (from, to) => Deno.renameSync(from, to),
  remove: (path) => Deno.removeSync(path, { recursive: true }),
  makeFolder: (path) => Deno.mkdirSync(path, { recursive: true }),
  flush,
  lockFolder,
};

const factsOf = ({ isFile, isDirectory, size, mtime }: Deno.FileInfo): FileFacts => ({
  isFile,
  isDirectory,
  size,
  modified: mtime?.getTime() ?? 0,
});

/** An open file; `size` is read anew each time. */
class SystemFile implements ByteSource, ByteTarget {
  constructor(readonly path: string, readonly file: Deno.FsFile) {}

  get size(): number {
    return this.file.statSync().size;
  }

  read(offset: number, into: Uint8Array): number {
    this.file.seekSync(offset, Deno.SeekMode.Start);
    let done = 0;
    while (done < into.length) {
      const count = this.file.readSync(into.subarray(done));
      if (count === null) break;
      done += count;
    }
    return done;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.file.seekSync(offset, Deno.SeekMode.Start);
    for (let done = 0; done < bytes.length;) done += this.file.writeSync(bytes.subarray(done));
  }

  resize(size: number): void {
    this.file.truncateSync(size);
  }

  flush(): void {
    this.file.syncDataSync();
  }

  tryLock(): boolean {
    return this.file.tryLockSync(true);
  }

  isInPlace(): boolean {
    try {
      return Deno.statSync(this.path).ino === this.file.statSync().ino;
    } catch {
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}

/** Windows has no such call for folders. */
function flush(path: string): void {
  const isFolder = Deno.statSync(path).isDirectory;
  if (isFolder && Deno.build.os === "windows") return;
  using file = Deno.openSync(path, { read: true, write: !isFolder });
  file.syncSync();
}

/** The system lifts the lock when a process dies. */
function lockFolder(path: string): Disposable {
  const nothing = { [Symbol.dispose]: () => {} };
  if (Deno.build.os === "windows") return nothing;
  const folder = Deno.openSync(path);
  try {
    folder.lockSync(true);
    return folder;
  } catch { // some network file systems lock no folders: then who renames last has it
    folder.close();
    return nothing;
  }
}
