import * as tf from "../../../tensor/mod.ts";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { LateFailing } from "../../backend_starter.ts";
import { backendError, messageOf } from "../../errors.ts";
import { limitPool } from "../../webgpu_pool.ts";
import { createReceipts, RECEIPT_BYTES, type Receipts } from "../../webgpu_receipts.ts";

/** Limits that large models and large workgroups need above the minimum that WebGPU promises. */
const RAISED = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Bytes that one read moves at once. */
const PIECE = 1 << 24;

/** The message for a failure until the GPU gives details. */
const DROPPED = "commands were not carried out, most likely because its memory ran out";

/** Bytes of buffers that may always wait for the next tensor of their size. */
const WAITING = 1 << 30;

/**
 * tfjs's WebGPU backend on a device of our own, with the adapter's limits, and read without waiting.
 *
 * tfjs reads at once only by drawing on a canvas, which Deno lacks. In Deno `mapAsync` itself returns only when the GPU
 * is done, though its promise takes 10 ms more to say so: what it maps can be read right away. That also makes
 * reading 10 ms faster. A buffer that was mapped before is used again, since Deno panics on the first range of one
 * whose promise is still open.
 */
class ReadableBackend extends WebGPUBackend implements LateFailing {
  private failure: string | null = null;
  private readonly receipts: Receipts;

  constructor(device: GPUDevice, info: GPUAdapterInfo, private readonly piece: GPUBuffer) {
    super(device, info);
    this.receipts = createReceipts(device);
    limitPool(this.bufferManager, { least: WAITING });
    device.lost.then(({ reason, message }) => this.fail(`the device was lost (${reason}: ${message})`));
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.fail((event as GPUUncapturedErrorEvent).error.message);
    });
  }

  /** Keeps the first reason, unless it was only a guess. */
  private fail(reason: string) {
    if (this.failure && this.failure !== DROPPED) return;
    this.failure = reason.trim().split("\n")[0];
  }

  override runWebGPUProgram(...call: Parameters<WebGPUBackend["runWebGPUProgram"]>): tf.TensorInfo {
    this.assertWorks();
    return super.runWebGPUProgram(...call);
  }

  override submitQueue(): void {
    this.receipts.sign(this["commandEncoder"]);
    super.submitQueue();
  }

  override readSync(dataId: object): tf.backend_util.TypedArray {
    const data = this.tensorMap.get(dataId);
    if (!data.values && data.resource instanceof GPUBuffer) {
      const bytes = this.readBuffer(data.resource);
      data.values = data.dtype === "float32" ? new Float32Array(bytes) : new Int32Array(bytes);
    }
    return super.readSync(dataId) as tf.backend_util.TypedArray;
  }

  override read(dataId: object): Promise<tf.backend_util.TypedArray> {
    return Promise.try(() => this.readSync(dataId));
  }

  private readBuffer(buffer: GPUBuffer): ArrayBuffer {
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    this.submitQueue();
    const bytes = new Uint8Array(buffer.size);
    for (let at = 0; at < bytes.length; at += PIECE) {
      this.readPiece(buffer, { at, bytes: bytes.subarray(at, at + PIECE) });
    }
    return bytes.buffer;
  }

  /** @throws {KcellfmError} tag "backend", when the GPU failed. */
  private readPiece(buffer: GPUBuffer, { at, bytes }: { at: number; bytes: Uint8Array }): void {
    try {
      const commands = this.device.createCommandEncoder();
      commands.copyBufferToBuffer(buffer, at, this.piece, 0, bytes.length);
      this.receipts.collect(commands, this.piece, PIECE);
      this.device.queue.submit([commands.finish()]);
      this.piece.mapAsync(GPUMapMode.READ).catch((error) => this.fail(messageOf(error)));
      bytes.set(new Uint8Array(this.piece.getMappedRange(0, bytes.length)));
      const receipts = new Uint32Array(this.piece.getMappedRange(PIECE, RECEIPT_BYTES));
      if (!this.receipts.areComplete(receipts)) this.fail(DROPPED);
      this.piece.unmap();
    } catch (error) {
      this.fail(messageOf(error));
    }
    this.assertWorks();
  }

  assertWorks(): void {
    if (!this.failure) return;
    throw backendError(
      `Cannot compute on the GPU: ${this.failure}; start anew, with a smaller batch if memory ran out, or with ` +
        "KCELLFM_BACKEND=wasm",
    );
  }
}

async function createBackend(): Promise<WebGPUBackend> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("no GPU");
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
    requiredLimits: Object.fromEntries(RAISED.map((name) => [name, adapter.limits[name]])),
  });
  const piece = device.createBuffer({
    size: PIECE + RECEIPT_BYTES,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  await piece.mapAsync(GPUMapMode.READ);
  piece.unmap();
  return new ReadableBackend(device, adapter.info, piece);
}

// In place of tfjs's own, which it registers on import.
tf.removeBackend("webgpu");
tf.registerBackend("webgpu", createBackend, 0);
