import assert from "node:assert/strict";
import { type BufferManager, limitPool } from "../../lib/runtime/webgpu_pool.ts";

/** A manager as tfjs's, whose buffers are plain objects. */
class Manager implements BufferManager {
  readonly free: GPUBuffer[] = [];
  numBytesAllocated = 0;
  numBytesUsed = 0;
  made = 0;

  acquireBuffer(size: number, usage: number): GPUBuffer {
    const at = this.free.findIndex((buffer) => buffer.size === size && buffer.usage === usage);
    if (at < 0) this.numBytesAllocated += size, this.made++;
    this.numBytesUsed += size;
    return at < 0 ? { size, usage } as GPUBuffer : this.free.splice(at, 1)[0];
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    this.numBytesUsed -= buffer.size;
    if (reuse) this.free.push(buffer);
    else this.numBytesAllocated -= buffer.size;
  }
}

const USAGE = 7;

Deno.test("limitPool keeps buffers for reuse up to the most bytes that were in use at once", () => {
  const manager = new Manager();
  limitPool(manager, { least: 0 });
  const step = () => {
    const buffers = [100, 200, 300].map((size) => manager.acquireBuffer(size, USAGE));
    buffers.forEach((buffer) => manager.releaseBuffer(buffer));
  };
  for (let i = 0; i < 5; i++) step();
  assert.deepEqual([manager.made, manager.numBytesAllocated], [3, 600]);
});

Deno.test("limitPool frees what has waited longest when sizes do not come back", () => {
  const manager = new Manager();
  limitPool(manager, { least: 250 });
  for (const size of [100, 101, 102, 103, 104]) {
    manager.releaseBuffer(manager.acquireBuffer(size, USAGE));
    assert.ok(manager.numBytesAllocated <= 250, `${manager.numBytesAllocated}`);
  }
  assert.deepEqual(manager.free.map(({ size }) => size), [103, 104]);
  assert.equal(manager.made, 5);
});
