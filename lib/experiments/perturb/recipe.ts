import { z } from "zod";

const settingSchema = z.record(z.string(), z.number());

/** Settings chosen by held-out conditions: enough to learn a model again from the same conditions. */
export const choiceSchema = z.strictObject({
  setting: settingSchema,
  /** Changes are divided by their length to this power before they are learned. */
  power: z.number(),
  /** Predictions are multiplied by it. */
  size: z.number(),
});

export const LEARNER_NAMES = [
  ...["no_change", "mean", "additive", "linear", "knn", "forest", "kriging"] as const,
];

const learnedSchema = z.strictObject({
  kind: z.literal("learned"),
  name: z.string(),
  learner: z.enum(LEARNER_NAMES),
  /** Name of the description, "" for none. */
  description: z.string(),
  choice: choiceSchema,
});

const ensembleSchema = z.strictObject({
  kind: z.literal("ensemble"),
  name: z.string(),
  members: z.array(z.strictObject({ weight: z.number(), recipe: learnedSchema })).min(1),
});

const gearsSchema = z.strictObject({
  kind: z.literal("gears"),
  name: z.string(),
  /** Shapes and inputs of the network; its weights are tensors beside the recipe. */
  size: z.strictObject({
    genes: z.int().positive(),
    nodes: z.int().positive(),
    hidden: z.int().positive(),
    vectors: z.int().positive().optional(),
    coexpression: z.boolean(),
  }),
  /** Source of its gene vectors. */
  vectors: z.enum(["none", "random", "kcellfm"]),
  /** Genes of its graph. */
  nodes: z.array(z.string()),
  trust: z.number(),
  /** Kriging, and the names of the conditions that it learned from. */
  prior: z.strictObject({ recipe: learnedSchema, train: z.array(z.string()) }).optional(),
});

/** Recipe for rebuilding a model from the conditions that it learned from. */
export const recipeSchema = z.discriminatedUnion("kind", [learnedSchema, ensembleSchema, gearsSchema]);

export type Choice = z.infer<typeof choiceSchema>;
export type LearnedRecipe = z.infer<typeof learnedSchema>;
export type EnsembleRecipe = z.infer<typeof ensembleSchema>;
export type GearsRecipe = z.infer<typeof gearsSchema>;
export type Recipe = z.infer<typeof recipeSchema>;
