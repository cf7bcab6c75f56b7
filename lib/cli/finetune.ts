import { createRecipeCommand } from "./recipe.ts";
import { runCommand } from "./run.ts";

/** `deno task finetune`: teaches the model the labels of any set of cells. */
export const command = createRecipeCommand(
  "finetune",
  "Fine-tunes the cell model to the labels of a set, beside baselines on the same cells.",
);

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
