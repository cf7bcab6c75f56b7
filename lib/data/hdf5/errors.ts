import { fileError, KcellfmError, messageOf, writeProblem } from "../../runtime/mod.ts";
import { takeRefusal } from "./mount.ts";

/**
 * Runs a call of the HDF5 library, whose emscripten file system is `fs`, and throws the library's own message:
 * otherwise it prints a page on stderr and returns garbage.
 * (h5wasm's throwing error handler would leave the handles of the interrupted call open, and with them the file.)
 */
export function loudly<T>(fs: object | null, call: () => T): T {
  const streams = fs as EmscriptenFiles;
  const { write } = streams;
  const decoder = new TextDecoder();
  let said = "";
  streams.write = (stream, heap, offset, length, position) => {
    if (stream.fd !== STDERR) return write(stream, heap, offset, length, position);
    said += decoder.decode(heap.subarray(offset, offset + length), { stream: true });
    return length;
  };
  try {
    const result = call();
    if (said !== "") throw new Error(said);
    return result;
  } catch (error) {
    throw takeRefusal() ?? (said === "" ? error : new Error(said, { cause: error }));
  } finally {
    streams.write = write;
  }
}

const STDERR = 2;
interface EmscriptenFiles {
  write: StreamWrite;
}

/** Emscripten's FS.write, through which everything passes that the library writes. */
type StreamWrite = (
  stream: { fd: number },
  heap: Int8Array,
  offset: number,
  length: number,
  position?: number,
) => number;

/** The one line that a failed call ends with: what the system refuses when something is written, else `what` and the reason. */
export function hdf5Error(
  error: unknown,
  { path, what, writes }: { path: string; what: string; writes: boolean },
): KcellfmError {
  const problem = writes ? writeProblem(path, error) : error;
  return problem instanceof KcellfmError ? problem : fileError(`${what}: ${reasonOf(error)}`, error);
}

/** The innermost line of an HDF5 error stack, or the message itself. */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  if (text.includes("Permission denied")) return "you may not read it; ask who owns it";
  const filter = text.match(/required filter '(.+?)' is not registered/)?.[1];
  if (filter) return `it is compressed with ${filter}, which is not known here; write it again with gzip`;
  const frames = [...text.matchAll(/#\d+: \S+ line \d+ in \w+\(\): (.+)/g)];
  const innermost = frames.at(-1)?.[1];
  return innermost ? `HDF5 says "${innermost}"; the file may be damaged` : text;
}
