import type { TensorInfo } from "../../tensor/mod.ts";
import { DIRECTIONS, FLAT_NAMES, PARAMS } from "../mamba2-mix/inputs.ts";
import type { WasmEngine } from "./engine.ts";
import type { Pointer } from "./exports.ts";
import type { Call } from "./job.ts";
import type { Inputs } from "./register.ts";

/** Bytes of a table of pointers to the parameters of both directions, or to their gradients. */
export const TABLE = 4 * FLAT_NAMES.length;

/** Inputs of a mixer; of `projected` only its address, 0 if it is computed row by row. */
export interface MixerView {
  readonly length: number;
  readonly projected: Pointer;
  /** {@linkcode TABLE} bytes that receive where the parameters lie. */
  readonly table: Pointer;
  readonly eps: number;
}

/** Describes a mixer to this thread, and gives the call by which other threads do. */
export function describeMixer(engine: WasmEngine, inputs: Inputs, view: MixerView): Call {
  const { length, projected, table, eps } = view;
  const [heads] = inputs["forward.dtBias"].shape;
  const [features] = inputs["forward.norm"].shape;
  const [channels, taps] = inputs["forward.convWeight"].shape;
  engine.pointers(table, FLAT_NAMES.map((name) => inputs[name]));
  // deno-fmt-ignore
  const call = [
    length, heads, features / heads, (channels - features) / 2, taps, eps,
    projected, engine.pointer(inputs.lengths), table,
  ] as const;
  engine.run.describeMixer(...call);
  return ["describeMixer", ...call];
}

/** The sums that the blocks of a gradient leave behind: how many, where, and how many bytes each. */
export interface Sums {
  readonly blocks: number;
  readonly sums: Pointer;
  readonly perBlock: number;
}

/** Writes the gradients of both directions' parameters from the sums of all blocks. */
export function foldMixer(
  engine: WasmEngine,
  gradients: readonly TensorInfo[],
  { blocks, sums, perBlock }: Sums,
): void {
  engine.scratch(TABLE, (table) => {
    engine.pointers(table, gradients);
    DIRECTIONS.forEach((_, i) =>
      engine.run.mixerGradients(i, blocks, sums, perBlock, table + 4 * i * PARAMS.length)
    );
  });
}
