import type { ByteTarget } from "../files.ts";

/** The file before it was changed: a file of the user's, or bytes in memory. */
export type Base = Blob | Uint8Array<ArrayBuffer>;

/** A worker's way to wait for a file's bytes; pages have none, so TypeScript's list of their names lacks it. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

const PAGE = 1 << 16;
/** Bytes that are read ahead of small reads: each read of a blob costs about a tenth of a millisecond. */
const AHEAD = 1 << 18;

/**
 * A file that keeps only the pages that were written to; everything else stays where it is. So a copy of a file of any size,
 * changed in places, takes the memory of the changes alone.
 */
export class PagedFile {
  #pages = new Map<number, Uint8Array<ArrayBuffer>>();
  #size: number;
  /** Bytes of the base that still count; what grew beyond is zeros. */
  #kept: number;
  #window: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) };

  constructor(readonly base: Base = new Uint8Array(0)) {
    this.#size = this.#kept = sizeOf(base);
  }

  get size(): number {
    return this.#size;
  }

  /** The same bytes, changed apart from these; only the changes are copied. */
  copy(): PagedFile {
    const copy = new PagedFile(this.base);
    copy.#size = this.#size;
    copy.#kept = this.#kept;
    copy.#pages = new Map([...this.#pages].map(([index, page]) => [index, page.slice()]));
    return copy;
  }

  read(offset: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.#size - offset));
    const end = offset + count;
    for (let at = offset; at < end;) {
      const page = this.#pages.get(Math.floor(at / PAGE));
      const stop = page ? Math.min(end, pageEnd(at)) : this.#endOfBase(at, end);
      const target = into.subarray(at - offset, stop - offset);
      if (page) target.set(page.subarray(at % PAGE, at % PAGE + target.length));
      else this.#readBase(at, target);
      at = stop;
    }
    return count;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#size = Math.max(this.#size, offset + bytes.length);
    for (let at = offset; at < offset + bytes.length;) {
      const stop = Math.min(offset + bytes.length, pageEnd(at));
      this.#pageToChange(at).set(bytes.subarray(at - offset, stop - offset), at % PAGE);
      at = stop;
    }
  }

  resize(size: number): void {
    if (size < this.#size) {
      for (const index of this.#pages.keys()) if (index * PAGE >= size) this.#pages.delete(index);
      if (size % PAGE !== 0 && size < this.#kept) this.#pageToChange(size);
      this.#pages.get(Math.floor(size / PAGE))?.fill(0, size % PAGE);
      this.#kept = Math.min(this.#kept, size);
    }
    this.#size = size;
  }

  /** All of it as one blob; what was not changed is not copied. */
  toBlob(type = "application/octet-stream"): Blob {
    const parts: BlobPart[] = [];
    for (let at = 0; at < this.#size;) {
      const page = this.#pages.get(Math.floor(at / PAGE));
      const stop = page ? Math.min(this.#size, pageEnd(at)) : this.#endOfBase(at, this.#size);
      if (page) parts.push(page.subarray(at % PAGE, at % PAGE + stop - at));
      else parts.push(...this.#partsOfBase(at, stop));
      at = stop;
    }
    return new Blob(parts, { type });
  }

  /** Start of the next changed page. */
  #endOfBase(at: number, end: number): number {
    let stop = Math.min(end, pageEnd(at));
    while (stop < end && !this.#pages.has(stop / PAGE)) stop = Math.min(end, stop + PAGE);
    return stop;
  }

  #pageToChange(at: number): Uint8Array {
    const index = Math.floor(at / PAGE);
    let page = this.#pages.get(index);
    if (!page) {
      page = new Uint8Array(PAGE);
      this.#readBase(index * PAGE, page);
      this.#pages.set(index, page);
    }
    return page;
  }

  #readBase(at: number, into: Uint8Array): void {
    const count = Math.max(0, Math.min(into.length, this.#kept - at));
    into.fill(0, count);
    if (count === 0) return;
    if (this.base instanceof Uint8Array) return into.set(this.base.subarray(at, at + count));
    if (count >= AHEAD) return into.set(readBlob(this.base, at, at + count));
    const { start, bytes } = this.#window;
    if (at < start || at + count > start + bytes.length) {
      this.#window = { start: at, bytes: readBlob(this.base, at, Math.min(this.#kept, at + AHEAD)) };
    }
    const from = at - this.#window.start;
    into.set(this.#window.bytes.subarray(from, from + count));
  }

  #partsOfBase(at: number, stop: number): BlobPart[] {
    const held = Math.max(at, Math.min(stop, this.#kept));
    const kept = this.base instanceof Uint8Array ? this.base.subarray(at, held) : this.base.slice(at, held);
    return held === stop ? [kept] : [kept, new Uint8Array(stop - held)];
  }
}

const pageEnd = (at: number): number => (Math.floor(at / PAGE) + 1) * PAGE;

const sizeOf = (base: Base): number => base instanceof Uint8Array ? base.length : base.size;

function readBlob(blob: Blob, start: number, end: number): Uint8Array {
  try {
    return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob.slice(start, end)));
  } catch (error) {
    throw Object.assign(new Error("the browser cannot read the file any more; was it moved or changed?"), {
      cause: error,
      code: "EIO",
    });
  }
}

/** An open file of the browser's. */
export function openPaged(file: PagedFile): ByteTarget {
  return {
    get size() {
      return file.size;
    },
    read: (offset, into) => file.read(offset, into),
    write: (offset, bytes) => file.write(offset, bytes),
    resize: (size) => file.resize(size),
    flush: () => {},
    tryLock: () => true,
    isInPlace: () => true,
    [Symbol.dispose]: () => {},
  };
}
