import * as tf from "../lib/tensor/mod.ts";
import { messageOf, peakMemoryMb, startBackend } from "../lib/runtime/mod.ts";
import type { Probe } from "./gpu_setup_check.ts";
import { nanoLosses } from "./nano_training.ts";

/** A product and two training steps on the backend that is set. */
async function probe(): Promise<Probe> {
  const { why } = await startBackend();
  const ones = tf.ones<tf.Rank.R2>([512, 512]);
  const [product] = await tf.matMul(ones, ones).data();
  const started = performance.now();
  const losses = await nanoLosses(2);
  const seconds = (performance.now() - started) / 1000;
  return { what: why.replace("asked for: ", ""), product, losses, seconds, mb: peakMemoryMb() };
}

// one line of JSON for `deno task gpu:setup`, or the one line of the error
try {
  console.log(JSON.stringify(await probe()));
} catch (error) {
  console.error(messageOf(error));
  Deno.exit(1);
}
