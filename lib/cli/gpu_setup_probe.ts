import * as tf from "@tensorflow/tfjs";
import { peakMemoryMb, startBackend } from "../runtime/mod.ts";
import type { Probe } from "./gpu_setup_check.ts";
import { nanoLosses } from "./nano_training.ts";

/** A product and two training steps on the backend that is set, as one line of JSON for `deno task gpu:setup`. */
const { why } = await startBackend();
const ones = tf.ones<tf.Rank.R2>([512, 512]);
const [product] = await tf.matMul(ones, ones).data();
const started = performance.now();
const losses = await nanoLosses(2);
const seconds = (performance.now() - started) / 1000;
const probe: Probe = {
  what: why.replace("asked for: ", ""),
  product,
  losses,
  seconds,
  mb: peakMemoryMb(),
};
console.log(JSON.stringify(probe));
