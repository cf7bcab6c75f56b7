import type { CellSource } from "../../data/mod.ts";
import { dataError } from "../../runtime/mod.ts";

/** Where a file says what was done to each cell. */
export interface PerturbationColumns {
  /** Column of obs: "GENE+ctrl", "ctrl+GENE", "A+B" or the word for controls; default "condition". */
  readonly condition?: string;
  /** The word for unperturbed, alone or beside a gene; default "ctrl". */
  readonly control?: string;
  /** Column of obs with the background (cell type, cell line), where there are several. */
  readonly context?: string;
  /** What a condition that is no gene stands for, as the genes that it acts by: a cytokine, a drug. */
  readonly stands?: Readonly<Record<string, readonly string[]>>;
}

/** What was done to one cell. */
export interface CellLabel {
  readonly context: string;
  /** Sorted; none for a control. */
  readonly perturbed: readonly string[];
}

/**
 * What was done to each cell of a file; null for cells that do not say.
 *
 * @throws {KcellfmError} tag "data", when a column is missing.
 */
export function readLabels(
  source: CellSource,
  { condition = "condition", control = "ctrl", context, stands = {} }: PerturbationColumns = {},
): (CellLabel | null)[] {
  const conditions = textColumn(source, condition, "--condition-key");
  const contexts = context === undefined ? null : textColumn(source, context, "--context-key");
  const known = new Map<string, readonly string[] | null>();
  return conditions.map((text, cell) => {
    if (!known.has(text)) known.set(text, stands[text] ?? perturbedBy(text, control));
    const perturbed = known.get(text);
    return perturbed ? { context: contexts?.[cell] ?? "", perturbed } : null;
  });
}

/** "A+ctrl" and "ctrl+A" -> [A]; "B+A" -> [A, B]; "ctrl" -> []; null for a text that names nothing. */
export function perturbedBy(text: string, control = "ctrl"): readonly string[] | null {
  const parts = text.split("+").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) return null;
  return [...new Set(parts.filter((part) => part !== control))].sort();
}

/** The name of a condition: "A+ctrl", "A+B", with a background "A+ctrl in B cell". */
export function conditionName({ context, perturbed }: CellLabel): string {
  const what = perturbed.length === 1 ? `${perturbed[0]}+ctrl` : perturbed.join("+");
  return context === "" ? what : `${what} in ${context}`;
}

function textColumn(source: CellSource, name: string, flag: string): string[] {
  if (!source.obs.columns.includes(name)) {
    throw dataError(
      `Cannot read ${source.name} as a perturbation experiment: obs has no column "${name}" (it has ${
        source.obs.columns.join(", ") || "none"
      }); name the column by ${flag}`,
    );
  }
  return source.obs.values(name).map((value) => String(value ?? ""));
}

/** The first few of a list of names. */
export const listed = (names: readonly string[]): string =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? ", ..." : "");
