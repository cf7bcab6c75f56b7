import type { SavedPerturbationModel } from "../saved/load.ts";
import { conditionName } from "../screen/labels.ts";
import type { PerturbationTarget } from "../set.ts";
import type { AskedCells, FileControls } from "./controls.ts";

/** A model's prediction for one perturbation of one background; genes by the model's numbers. */
export interface Answer {
  readonly target: PerturbationTarget;
  readonly controls: FileControls;
  /** Mean log1p expression, and its change against the controls. */
  readonly mean: Float32Array;
  readonly change: Float32Array;
  /** Bounds of `mean`: `level` of measured means lie within, judged by conditions held out. */
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

/** Asks a model for perturbations of each background of a file. */
export function predictAnswers(
  { model, halfWidths }: Pick<SavedPerturbationModel, "model" | "halfWidths">,
  { groups }: Pick<AskedCells, "groups">,
  questions: readonly (readonly string[])[],
): Answer[] {
  return questions.flatMap((perturbed) =>
    groups.map((controls): Answer => {
      const { control } = controls;
      const target = { name: conditionName({ context: control.context, perturbed }), perturbed, control };
      const mean = model.predict(target);
      return {
        target,
        controls,
        mean,
        change: mean.map((value, gene) => value - control.mean[gene]),
        lower: mean.map((value, gene) => Math.max(0, value - halfWidths[gene])),
        upper: mean.map((value, gene) => value + halfWidths[gene]),
      };
    })
  );
}
