import { createRecipeCommand } from "./recipe.ts";
import { runCommand } from "./run.ts";

/** `deno task tcell`: tells fine-grained T cells apart. */
export const command = createRecipeCommand(
  "tcell",
  "Fine-tunes the cell model to tell fine-grained T cells apart, beside baselines on the same cells.",
);

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
