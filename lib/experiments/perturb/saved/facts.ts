import { z } from "zod";
import { recipeSchema } from "../recipe.ts";

const name = z.string().min(1);

/** Facts that a saved model states of itself: `model.json`. */
export const factsSchema = z.strictObject({
  format: z.literal(1),
  recipe: recipeSchema,
  seed: z.int(),
  /** The screen that it learned from. */
  set: z.strictObject({ name, real: z.boolean(), sha256: z.string().nullable() }),
  /** Symbols of the genes whose change is predicted. */
  genes: z.array(name).min(1),
  /** Symbols of all genes of the screen: counts are scaled over these. */
  scaled_over: z.array(name),
  /** Sum that counts are scaled to before log1p; null if the screen held logarithms that do not show it. */
  total: z.number().positive().nullable(),
  controls: z.array(z.strictObject({ context: z.string(), cells: z.int().nonnegative() })).min(1),
  /** The conditions that the model learned from, in order. */
  conditions: z.array(
    z.strictObject({ name, perturbed: z.array(name), context: z.string(), cells: z.int().nonnegative() }),
  ).min(1),
  /** Conditions with a prediction by a fit that had not seen them, in order. */
  held_out: z.array(name),
  /** Sets of features in the order in which they are joined, each with its genes. */
  features: z.array(z.strictObject({ name, genes: z.array(name) })),
  /** Share of measured changes that intervals are to hold. */
  level: z.number(),
  /** Scores on conditions held out from everything, by model; and how they were held out. */
  scores: z.record(z.string(), z.record(z.string(), z.number())),
  split: z.string(),
  tested: z.array(name),
  /** sha256 of the cell model that gene vectors of single cells are taken from; null for none. */
  cell_model: z.string().nullable(),
  weights_sha256: z.string(),
  /** Provenance for people: command, versions. */
  made: z.record(z.string(), z.unknown()),
});

export type ModelFacts = z.infer<typeof factsSchema>;
