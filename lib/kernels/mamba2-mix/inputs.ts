import type * as tf from "../../tensor/mod.ts";
import type { MixDirection, MixDirections } from "./reference.ts";

export const DIRECTIONS = ["forward", "reverse"] as const;
export const PARAMS = ["convWeight", "convBias", "dtBias", "aLog", "d", "norm"] as const;
export type Direction = typeof DIRECTIONS[number];
type Param = typeof PARAMS[number];

/** The name of a parameter among a kernel's inputs. */
export const flatName = (direction: Direction, param: Param) => `${direction}.${param}` as const;
/** The parameters of both directions, in the order of their gradients. */
export const FLAT_NAMES = DIRECTIONS.flatMap((direction) =>
  PARAMS.map((param) => flatName(direction, param))
);

/** The parameters by flat name, as a kernel takes its inputs. */
export function flatInputs(directions: MixDirections): Record<string, tf.Tensor> {
  return Object.fromEntries(
    DIRECTIONS.flatMap((direction) =>
      PARAMS.map((param) => [flatName(direction, param), directions[direction][param]])
    ),
  );
}

/** The parameters of one direction out of a kernel's inputs. */
export function directionOf(inputs: Record<string, tf.Tensor>, direction: Direction): MixDirection {
  const entries = PARAMS.map((param) => [param, inputs[flatName(direction, param)]]);
  return Object.fromEntries(entries) as unknown as MixDirection;
}
