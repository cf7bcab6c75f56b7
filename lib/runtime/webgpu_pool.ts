/** tfjs's keeper of GPU buffers: released ones wait to be acquired again by size and usage. */
export interface BufferManager {
  /** Of all buffers, and of those that are not waiting. */
  readonly numBytesAllocated: number;
  readonly numBytesUsed: number;
  acquireBuffer(size: number, usage: number, mapped?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

/**
 * Frees the buffers that have waited longest once more bytes wait than were ever in use at once, and than `least`. tfjs
 * keeps them all, and batches of ever other lengths fill the card with sizes that do not come back.
 */
export function limitPool(manager: BufferManager, { least }: { least: number }): void {
  const acquire = manager.acquireBuffer.bind(manager);
  const release = manager.releaseBuffer.bind(manager);
  /** Waiting buffers of each size and usage, the longest waiting first. */
  const waiting = new Map<string, { size: number; usage: number; count: number }>();
  let most = least;

  function freeLongestWaiting(): boolean {
    for (const [key, kind] of waiting) {
      waiting.delete(key);
      if (kind.count === 0) continue;
      for (let i = 0; i < kind.count; i++) release(acquire(kind.size, kind.usage), false);
      return true;
    }
    return false;
  }

  manager.acquireBuffer = (size, usage, mapped, reuse = true) => {
    const kind = waiting.get(`${size} ${usage}`);
    if (reuse && kind && kind.count > 0) kind.count--;
    const buffer = acquire(size, usage, mapped, reuse);
    most = Math.max(most, manager.numBytesUsed);
    return buffer;
  };
  manager.releaseBuffer = (buffer, reuse = true) => {
    const { size, usage } = buffer;
    release(buffer, reuse);
    if (!reuse) return;
    const key = `${size} ${usage}`;
    const count = 1 + (waiting.get(key)?.count ?? 0);
    waiting.delete(key); // to stand last
    waiting.set(key, { size, usage, count });
    while (manager.numBytesAllocated - manager.numBytesUsed > most && freeLongestWaiting());
  };
}
