import { z } from "zod";
import { modelError } from "../runtime/mod.ts";

/** Far above any model there is: what is larger is a slip of the pen, and would be met as memory that ran out. */
const Size = z.int().positive().max(65_536);

/** Everything that fixes the shape and the reading rule of a cell model; stored with every checkpoint. */
export const cellConfigSchema = z.strictObject({
  preset: z.string(),
  /** Width of tokens and of the cell embedding (d_model). */
  width: Size,
  layers: z.int().positive().max(1024),
  /** Tokens a cell at most, `<cls>` included. */
  length: z.int().min(2).max(1 << 20),
  /** Mamba-2: d_inner = expand * width. */
  expand: Size,
  headDim: Size,
  stateDim: Size,
  convWidth: Size,
  chunk: Size,
  dropout: z.number().min(0).max(1),
  /** Add each layer's input to its output; the original does not (`false` for parity). */
  residual: z.boolean(),
  /** The cell embedding: the vector at `<cls>` (the original) or the mean over a cell's tokens. */
  readout: z.enum(["cls", "mean"]),
  /**
   * Genes that compete for places: drawn uniformly (the original) or by value x informativeness; "all" keeps every gene
   * in the order of the file, zeros and negative values too (marker panels, where a zero is a measurement).
   */
  selection: z.enum(["uniform", "informative", "all"]),
  /** Largest value the value encoder sees. */
  maxValue: z.number().positive(),
  /**
   * `<cls>` starts from the cell's whole profile: its values at the `genes` most informative genes go through a layer of `hidden`
   * units with this dropout. Where it is `centred`, a cell of a file is read twice, as it is and less the file's mean profile, and
   * its vector is the mean of both. Without a profile `<cls>` starts alike in every cell (the original).
   */
  profile: z.strictObject({
    genes: Size,
    hidden: Size,
    dropout: z.number().min(0).max(1),
    centred: z.boolean(),
  }).optional(),
  /** Blocks of the classifier before its last layer; the original has 2. Default 2. */
  classifierBlocks: z.int().min(0).max(8).optional(),
}).refine(
  ({ expand, width, headDim }) => expand * width % headDim === 0,
  { path: ["headDim"], error: "expand x width must be a multiple of it" },
);

export type CellConfig = z.infer<typeof cellConfigSchema>;

const PAPER_SHAPE = {
  expand: 2,
  headDim: 64,
  stateDim: 128,
  convWidth: 4,
  chunk: 64, // at the original's 256 the gradient's rounding is four times as large (docs/LOG.md)
  dropout: 0.1,
  maxValue: 512,
};

/** The presets of DESIGN section 3 that the cell model has. */
export const CELL_PRESETS = {
  nano: {
    ...PAPER_SHAPE,
    preset: "nano",
    width: 32,
    layers: 2,
    length: 64,
    headDim: 16,
    stateDim: 16,
    chunk: 32,
    residual: true,
    readout: "mean",
    selection: "informative",
  },
  walkthrough: {
    ...PAPER_SHAPE,
    preset: "walkthrough",
    width: 128,
    layers: 2,
    length: 96,
    stateDim: 32,
    chunk: 32,
    residual: true,
    readout: "cls",
    selection: "informative",
    profile: { genes: 6000, hidden: 256, dropout: 0.3, centred: true },
    classifierBlocks: 0,
  },
  paper: {
    ...PAPER_SHAPE,
    preset: "paper",
    width: 512,
    layers: 6,
    length: 2049,
    residual: false,
    readout: "cls",
    selection: "uniform",
  },
} as const satisfies Record<string, CellConfig>;

/** A preset by name. @throws {KcellfmError} tag "model", when there is none of that name. */
export function cellPreset(name: string): CellConfig {
  const preset = (CELL_PRESETS as Record<string, CellConfig>)[name];
  if (preset) return preset;
  throw modelError(
    `Cannot use preset "${name}": it is not known (known: ${Object.keys(CELL_PRESETS).join(", ")})`,
  );
}

/** Reads a configuration from JSON. @throws {KcellfmError} tag "model", naming each wrong field. */
export function parseCellConfig(json: unknown, where: string): CellConfig {
  const result = cellConfigSchema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`);
  throw modelError(`Cannot read the configuration ${where}: ${issues.join("; ")}`);
}
