import { usageError } from "../../../runtime/mod.ts";
import { changeOf } from "../learn/changes.ts";
import type { SavedPerturbationModel } from "../saved/load.ts";
import type { ControlCells } from "../set.ts";

/** Genes whose mean change is requested; those with a sign of -1 count the other way round. */
export type Signature = readonly { readonly gene: string; readonly column: number; readonly sign: 1 | -1 }[];

/** The predicted effect of one loss on a signature. */
export interface RankedLoss {
  readonly gene: string;
  /** Mean signed change of the signature's genes, and bounds that hold `level` of measured ones. */
  readonly effect: number;
  readonly lower: number;
  readonly upper: number;
  /** The measured value, for losses that the model learned from. */
  readonly measured: number | null;
}

/**
 * Reads "PSMB9", or "PSMB9,IRF1,-MYC" for the mean of the first two less the third.
 *
 * @throws {KcellfmError} tag "usage", when the model predicts no such gene.
 */
export function parseSignature(text: string, genes: readonly string[]): Signature {
  return text.split(",").map((word) => word.trim()).map((word) => {
    const gene = word.replace(/^[-+]/, "");
    const column = genes.indexOf(gene);
    if (column >= 0) return { gene, column, sign: word.startsWith("-") ? -1 : 1 };
    const some = genes.slice(0, 3).join(", ");
    throw usageError(
      `Cannot rank by "${gene}": it is none of the ${genes.length} genes that the model predicts (${some}, ...)`,
    );
  });
}

/**
 * Ranks losses by their predicted effect on a signature, the most lowering first (`raises`: the most raising). The
 * bounds come from the errors of that very effect at conditions held out.
 */
export function rankLosses(
  saved: Pick<SavedPerturbationModel, "model" | "conditions" | "heldOut" | "facts">,
  { candidates, signature, control, raises = false }: {
    candidates: readonly string[];
    signature: Signature;
    control: ControlCells;
    raises?: boolean;
  },
): RankedLoss[] {
  const half = effectHalfWidth(saved, signature);
  const measured = new Map(
    saved.conditions.filter(({ perturbed, control: { context } }) =>
      perturbed.length === 1 && context === control.context
    ).map((condition) => [condition.perturbed[0], effectOf(changeOf(condition), signature)]),
  );
  const ranked = candidates.map((gene): RankedLoss => {
    const mean = saved.model.predict({ name: `${gene}+ctrl`, perturbed: [gene], control });
    const effect = effectOf(mean.map((value, at) => value - control.mean[at]), signature);
    return {
      gene,
      effect,
      lower: effect - half,
      upper: effect + half,
      measured: measured.get(gene) ?? null,
    };
  });
  return ranked.sort((a, b) =>
    (raises ? b.effect - a.effect : a.effect - b.effect) || (a.gene < b.gene ? -1 : 1)
  );
}

const effectOf = (change: Float32Array, signature: Signature): number =>
  signature.reduce((sum, { column, sign }) => sum + sign * change[column], 0) / signature.length;

/** As {@linkcode halfWidths}, of the signature's effect. */
function effectHalfWidth(
  { conditions, heldOut, facts }: Pick<SavedPerturbationModel, "conditions" | "heldOut" | "facts">,
  signature: Signature,
): number {
  const errors = conditions.flatMap((condition) => {
    const predicted = heldOut.get(condition.name);
    return predicted
      ? [Math.abs(effectOf(changeOf(condition), signature) - effectOf(predicted, signature))]
      : [];
  }).sort((a, b) => a - b);
  return errors[Math.min(errors.length, Math.ceil(facts.level * (errors.length + 1))) - 1] ?? Infinity;
}
