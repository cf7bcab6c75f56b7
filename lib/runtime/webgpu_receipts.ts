/** Receipts between two reads; of more only the last are looked at. */
const SLOTS = 1024;

/** Bytes of all receipts. */
export const RECEIPT_BYTES = 4 * SLOTS;

/** Proof that what was submitted was carried out. */
export interface Receipts {
  /** Ends a list of commands with its receipt. */
  sign(commands: GPUCommandEncoder): void;
  /** Copies the receipts since the last time to `target` at `offset`, and forgets them. */
  collect(commands: GPUCommandEncoder, target: GPUBuffer, offset: number): void;
  /** True if none is missing from the receipts that {@linkcode collect} copied last. */
  areComplete(copied: Uint32Array): boolean;
}

/**
 * A GPU drops a whole list of commands when one of them cannot be carried out, as when memory for its result lacks, and
 * says so only at a later turn of the event loop; until then results read as whatever their memory held. So each
 * list writes a number of its own when it is carried out.
 */
export function createReceipts(device: GPUDevice): Receipts {
  const numbers = device.createBuffer({
    size: RECEIPT_BYTES,
    usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(numbers, 0, Uint32Array.from({ length: SLOTS }, (_, i) => i + 1));
  const written = device.createBuffer({
    size: RECEIPT_BYTES,
    usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  let first = 0, next = 0, end = 0;
  const sign = (commands: GPUCommandEncoder) => {
    const at = 4 * (next++ % SLOTS);
    commands.copyBufferToBuffer(numbers, at, written, at, 4);
  };
  return {
    sign,
    collect(commands, target, offset) {
      sign(commands);
      commands.copyBufferToBuffer(written, 0, target, offset, RECEIPT_BYTES);
      commands.clearBuffer(written);
      [first, end] = [Math.max(end, next - SLOTS), next];
    },
    areComplete(copied) {
      for (let i = first; i < end; i++) if (copied[i % SLOTS] !== i % SLOTS + 1) return false;
      return true;
    },
  };
}
