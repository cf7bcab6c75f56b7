/** Facts of the file at a path. */
export interface FileFacts {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly size: number;
  /** Time of the last change, in ms since 1970; 0 if unknown. */
  readonly modified: number;
}

/**
 * Files by path. Every call returns when it is done: what reads files here computes as well, and a browser gives a
 * worker files in no other way that the HDF5 library can use.
 *
 * @throws {Error} with the system's code in `code` (ENOENT, ENOSPC, ...), when the system refuses.
 */
export interface Files {
  /** Null where there is nothing. */
  stat(path: string): FileFacts | null;
  /** Names in a folder, in no order. */
  list(folder: string): string[];
  read(path: string): Uint8Array<ArrayBuffer>;
  write(path: string, content: Uint8Array): void;
  append(path: string, content: Uint8Array): void;
  /** Opens a file to read from any place. */
  open(path: string): ByteSource;
  /** Opens a file to change any place, making it where it is missing. */
  change(path: string): ByteTarget;
  /** Makes a copy that may be written to. */
  copy(from: string, to: string): void;
  rename(from: string, to: string): void;
  /** Removes a file, or a folder with all that is in it. */
  remove(path: string): void;
  /** Makes a folder, and those above it that are missing. */
  makeFolder(path: string): void;
  /** Flushes a file, or the names in a folder, to the disk. */
  flush(path: string): void;
  /** Keeps other processes from what also locks this folder until it is disposed. */
  lockFolder(path: string): Disposable;
}

/** Bytes that can be read from any place. */
export interface ByteSource extends Disposable {
  readonly size: number;
  /** Fills `into` with the bytes from `offset` on; returns how many there were, fewer only at the end. */
  read(offset: number, into: Uint8Array): number;
}

/** Bytes that can be changed at any place. */
export interface ByteTarget extends ByteSource {
  write(offset: number, bytes: Uint8Array): void;
  resize(size: number): void;
  flush(): void;
  /** Takes the file for this process alone, until it is closed; false where another one has it. */
  tryLock(): boolean;
  /** True if the file at its path is still this one. */
  isInPlace(): boolean;
}
