import { innerSize } from "../nn/mod.ts";
import type { CellConfig } from "./config.ts";

/** Shapes of parameters by dotted name, in the order of the tree. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** The sizes that fix a model's shapes, beside its configuration. */
export interface ModelSizes {
  readonly config: CellConfig;
  /** Genes of the vocabulary; `<pad>`, `<cls>` and `<eoc>` come on top. */
  readonly genes: number;
  readonly classes: number;
}

/** The shape of every parameter of a cell model (ORIGINAL section 2), without drawing any. */
export function cellShapes({ config, genes, classes }: ModelSizes): Shapes {
  const { width, layers, profile } = config;
  const square = affine(width, width);
  const norm = { weight: [width], bias: [width] };
  return new Map([
    ...(profile
      ? [
        ...under("profile.hidden", affine(profile.hidden, profile.genes)),
        ...under("profile.out", affine(width, profile.hidden)),
        ...under("profile.classes", affine(classes, profile.hidden)),
      ]
      : []),
    ["genes.embedding", [genes + 3, width]],
    ...under("genes.norm", norm),
    ...under("values.linear1", affine(width, 1)),
    ...under("values.linear2", square),
    ...under("values.norm", norm),
    ...Array.from({ length: layers }, (_, i) => under(`layers.${i}`, layerShapes(config))).flat(),
    ...under("expression.0", square),
    ...under("expression.1", square),
    ...under("expression.2", affine(1, width)),
    ...Array.from({ length: config.classifierBlocks ?? 2 }, (_, i) => i).flatMap((i) => [
      ...under(`classifier.blocks.${i}.linear`, square),
      ...under(`classifier.blocks.${i}.norm`, norm),
    ]),
    ...under("classifier.out", affine(classes, width)),
  ]);
}

const affine = (outputs: number, inputs: number) => ({ weight: [outputs, inputs], bias: [outputs] });

const under = (prefix: string, shapes: Record<string, number[]>): [string, number[]][] =>
  Object.entries(shapes).map(([name, shape]) => [`${prefix}.${name}`, shape]);

function layerShapes(config: CellConfig): Record<string, number[]> {
  const { inner, heads } = innerSize(config);
  const channels = inner + 2 * config.stateDim;
  const direction = {
    convWeight: [channels, config.convWidth],
    convBias: [channels],
    dtBias: [heads],
    aLog: [heads],
    d: [heads],
    norm: [inner],
  };
  return {
    "inProjection.weight": [inner + channels + heads, config.width],
    "outProjection.weight": [config.width, inner],
    ...Object.fromEntries(["forward", "reverse"].flatMap((name) => under(name, direction))),
  };
}

/** Number of scalars in all parameters, or in those that `counts` says yes to. */
export function countScalars(shapes: Shapes, counts: (name: string) => boolean = () => true): number {
  let sum = 0;
  for (const [name, shape] of shapes) if (counts(name)) sum += shape.reduce((product, n) => product * n, 1);
  return sum;
}
