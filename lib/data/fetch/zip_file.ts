import type { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
// @ts-types="@types/yauzl"
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { type FileRange, readRange } from "../tensors/file_range.ts";

/**
 * Opens a zip for yauzl, names checked strictly. Close it when done.
 *
 * yauzl's own reader passes positions from the file on to `fs.read`, which throws outside of any promise for those no
 * file can have and so would end the program; ours refuses what lies outside the file.
 */
export async function openZip(path: string): Promise<ZipFile> {
  const { size } = await Deno.stat(path);
  const reader = new BoundedReader(path, size);
  return await fromRandomAccessReaderPromise(reader, size, { autoClose: false, strictFileNames: true });
}

class BoundedReader extends RandomAccessReader {
  constructor(readonly path: string, readonly size: number) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    queueMicrotask(() => callback(this.#copy(buffer.subarray(offset), { start: position, length })));
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const problem = this.#outside({ start, length: end - start });
    if (problem) return new Readable().destroy(problem);
    return createReadStream(this.path, { start, end: end - 1 });
  }

  #copy(into: Buffer, range: FileRange): Error | null {
    const problem = this.#outside(range);
    if (problem) return problem;
    try {
      into.set(readRange(this.path, range));
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #outside({ start, length }: FileRange): Error | null {
    const inside = start >= 0 && length >= 0 && start + length <= this.size;
    return inside ? null : new Error(`it points to byte ${start + length}, and has ${this.size}`);
  }
}
