import type { Rng } from "../../runtime/random.ts";

const WARM_UP = 8;

/**
 * The stream of that label, past its first draws: labels that differ in a digit give seeds that differ in a few
 * bits, and the generator needs some steps before its output shows no trace of that (a cell would otherwise look
 * like the cell before it).
 */
export function streamOf(rng: Rng, label: string): Rng {
  const stream = rng.split(label);
  for (let i = 0; i < WARM_UP; i++) stream.uniform();
  return stream;
}
