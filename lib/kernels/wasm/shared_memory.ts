/** Kinds of the sections of a module that may declare a memory. */
const IMPORTS = 2, MEMORIES = 5;
/** The kind of an imported memory. */
const MEMORY = 2;
/** Flags of a memory's limits: with a maximum, and with one that threads share. */
const BOUNDED = 1, SHARED = 3;

/**
 * A copy of a compiled module whose memory threads can share. Code that is compiled for one thread runs on such a memory
 * as well; the two modules here are the same but for this flag of their memory.
 *
 * @throws {TypeError} when the module has no memory with a maximum.
 */
export function withSharedMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(module);
  const flag = memoryFlag(bytes);
  if (bytes[flag] !== BOUNDED) throw new TypeError("Cannot share the memory of a module: it has no maximum");
  bytes[flag] = SHARED;
  return bytes;
}

/** Offset of the flag of the only memory's limits. */
function memoryFlag(bytes: Uint8Array): number {
  let at = 8; // after the magic number and the version
  const number = (): number => {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      value += (bytes[at] & 127) * 2 ** shift;
      if (bytes[at++] < 128) return value;
    }
  };
  const skipName = () => {
    const length = number();
    at += length;
  };
  while (at < bytes.length) {
    const kind = bytes[at++];
    const end = number() + at;
    if (kind === MEMORIES || kind === IMPORTS) {
      for (let left = number(); left > 0 && at < end; left--) {
        if (kind === MEMORIES) return at;
        skipName();
        skipName();
        if (bytes[at++] === MEMORY) return at;
        number(); // a function's type; ours import nothing else
      }
    }
    at = end;
  }
  return at;
}
