import {
  type BatchNormParams,
  initBatchNorm,
  initLinear,
  initMlp,
  type LinearParams,
  type Matrix,
  type MlpParams,
  normalParameter,
  type Vector,
} from "../../../nn/mod.ts";
import type { Rng } from "../../../runtime/mod.ts";

/** All parameters of GEARS (Roohani et al. 2023), in the order of its forward pass. */
export type GearsParams = {
  /** `[genes, hidden]` with its batch norm; absent where a cell model's vectors take its place. */
  readonly genes?: { readonly embedding: Matrix; readonly norm: BatchNormParams };
  /** `[..., width] -> [..., hidden]` for those vectors. */
  readonly adapter?: MlpParams;
  /** Positions of genes in the co-expression graph, and what follows their sum; absent where that branch is bypassed. */
  readonly coexpression?: {
    readonly embedding: Matrix;
    readonly conv: LinearParams;
    readonly mix: MlpParams;
  };
  /** `[nodes, hidden]` on the GO graph, and the fusion of the perturbed ones. */
  readonly perturbations: {
    readonly embedding: Matrix;
    readonly conv: LinearParams;
    readonly fuse: MlpParams;
  };
  readonly joint: BatchNormParams;
  readonly decoder: MlpParams;
  /** One affine map a gene: `[genes, hidden]`, `[genes]`. */
  readonly own: { readonly weight: Matrix; readonly bias: Vector };
  /** The state of the whole cell: `[cells, genes] -> [cells, hidden]`. */
  readonly crossGene: MlpParams;
  /** One affine map a gene over its own value and that state: `[genes, 1 + hidden]`, `[genes]`. */
  readonly last: { readonly weight: Matrix; readonly bias: Vector };
};

/** Sizes that fix the shapes of a GEARS model. */
export interface GearsSize {
  readonly genes: number;
  /** Genes of the GO graph. */
  readonly nodes: number;
  /** Width of all embeddings; the original's `decoder_hidden_size` is read by no layer of it, nor by ours. */
  readonly hidden: number;
  /** Width of a cell model's gene vectors, where they replace the gene embedding. */
  readonly vectors?: number;
  readonly coexpression: boolean;
}

/** GEARS' start: embeddings standard normal, gene-specific maps by Glorot's normal rule, the rest as in PyTorch. */
export function initGears(rng: Rng, { genes, nodes, hidden, vectors, coexpression }: GearsSize): GearsParams {
  const square = { inputs: hidden, outputs: hidden };
  const table = (name: string, rows: number) => normalParameter(rng.split(name), [rows, hidden], 1);
  const glorot = (name: string, shape: [number, number], fans: number) =>
    normalParameter(rng.split(name), shape, Math.sqrt(2 / fans));
  const shift = (name: string) => normalParameter(rng.split(name), [genes], Math.sqrt(2 / (1 + genes)));
  return {
    genes: vectors ? undefined : { embedding: table("genes", genes), norm: initBatchNorm(hidden) },
    adapter: vectors ? initMlp(rng.split("adapter"), [vectors, hidden, hidden]) : undefined,
    coexpression: coexpression
      ? {
        embedding: table("positions", genes),
        conv: initLinear(rng.split("coexpression"), square),
        mix: initMlp(rng.split("mix"), [hidden, hidden, hidden]),
      }
      : undefined,
    perturbations: {
      embedding: table("perturbations", nodes),
      conv: initLinear(rng.split("go"), square),
      fuse: initMlp(rng.split("fuse"), [hidden, hidden, hidden]),
    },
    joint: initBatchNorm(hidden),
    decoder: initMlp(rng.split("decoder"), [hidden, 2 * hidden, hidden]),
    own: { weight: glorot("own", [genes, hidden], genes + hidden), bias: shift("own bias") },
    crossGene: initMlp(rng.split("cross"), [genes, hidden, hidden]),
    last: {
      weight: glorot("last", [genes, 1 + hidden], (1 + genes) * (1 + hidden)),
      bias: shift("last bias"),
    },
  };
}
