import process from "node:process";
import * as tf from "lib/tensor/mod.ts";
import { cellPreset, encodeCells, initCellParams } from "../lib/cell/mod.ts";
import type { TokenBatch } from "../lib/genes/mod.ts";
import { peakMemoryMb, startBackend, zeroRng } from "../lib/runtime/mod.ts";
import { fillParams } from "./training_step.ts";

/** What both sides of the measurement get on their standard input. */
export interface ForwardCase {
  readonly genes: number;
  readonly runs: number;
  readonly batch: Pick<TokenBatch, "cells" | "length"> & Record<"ids" | "values" | "lengths", number[]>;
}

/** What they answer: the cost of one forward, and the mean absolute cell embedding. */
export interface ForwardCost {
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly peak_mb: number;
  readonly check: number;
  readonly backend: string;
}

if (import.meta.main) console.log(JSON.stringify(await measureForward()));

async function measureForward(): Promise<ForwardCost> {
  const { batch, genes, runs }: ForwardCase = await new Response(Deno.stdin.readable).json();
  const backend = await startBackend();
  const config = cellPreset("paper");
  const params = initCellParams(zeroRng(), { config, genes, classes: 164 });
  fillParams(params);
  const tokens: TokenBatch = {
    ...batch,
    ids: Int32Array.from(batch.ids),
    values: Float32Array.from(batch.values),
    lengths: Int32Array.from(batch.lengths),
  };
  const forward = () => tf.tidy(() => encodeCells(params, tokens, { config }).cells.dataSync<"float32">());
  const vectors = forward();
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  for (let run = 0; run < runs; run++) forward();
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - started) / 1e3 / runs,
    cpu_seconds: (user + system) / 1e6 / runs,
    peak_mb: peakMemoryMb(),
    check: vectors.reduce((sum, value) => sum + Math.abs(value), 0) / vectors.length,
    backend: backend.name,
  };
}
