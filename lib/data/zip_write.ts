import { type Reader, ZipWriter } from "@zip.js/zip.js/lib/zip-core-writer.js";
import { host, join } from "../runtime/mod.ts";

/** Stored, and the same bytes whenever they are packed. */
const MEMBER = {
  level: 0,
  lastModDate: new Date(2026, 0, 1),
  extendedTimestamp: false,
  dataDescriptor: false,
  useWebWorkers: false,
};

/** Packs a folder of files that are compressed already, by their names in order. */
export async function packFolder(folder: string, path: string): Promise<void> {
  using file = host.files.change(path);
  let at = 0;
  const writable = new WritableStream<Uint8Array>({
    write(piece) {
      file.write(at, piece);
      at += piece.length;
    },
  });
  const zip = new ZipWriter(writable, MEMBER);
  for (const name of filesBelow(folder)) await zip.add(name, readerOf(host.files.read(join(folder, name))));
  await zip.close();
}

const readerOf = (bytes: Uint8Array): Reader<unknown> => {
  const readUint8Array = (start: number, length: number) =>
    Promise.resolve(bytes.subarray(start, start + length));
  return { size: bytes.length, readUint8Array } as Reader<unknown>;
};

function filesBelow(folder: string, at = ""): string[] {
  return host.files.list(join(folder, at)).sort().flatMap((name) => {
    const key = at === "" ? name : `${at}/${name}`;
    return host.files.stat(join(folder, key))?.isDirectory ? filesBelow(folder, key) : [key];
  });
}
