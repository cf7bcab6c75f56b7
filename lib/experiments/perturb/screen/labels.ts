import type { CellSource } from "../../../data/mod.ts";
import { dataError } from "../../../runtime/mod.ts";
import { type Perturbed, readPerturbed, type WordRules } from "./words.ts";

/** Columns in which a file states the perturbation of each cell. */
export interface PerturbationColumns {
  /** Column of obs; default the first of {@linkcode PERTURBATION_COLUMNS} that the file has. */
  readonly condition?: string;
  /** The words for unperturbed, split by commas; default: the usual ones (ctrl, control, NT, non-targeting, ...). */
  readonly control?: string;
  /** Column of obs with the background (cell type, cell line), where there are several. */
  readonly context?: string;
  /** Genes through which a condition that is no gene acts: a cytokine, a drug. */
  readonly stands?: Readonly<Record<string, readonly string[]>>;
  /** True if a word is the symbol of a gene, beside those that the file measures. */
  readonly isGene?: (word: string) => boolean;
}

/** Columns of obs that say what was done: GEARS', scPerturb's, and those of public collections. */
export const PERTURBATION_COLUMNS = [
  ...["condition", "perturbation", "gene", "target", "gene_target", "target_gene"],
  ...["guide", "guide_identity", "guide_id", "guide_ID", "sgRNA", "gRNA"],
];

/** The perturbations of one cell. */
export interface CellLabel {
  readonly context: string;
  /** Sorted; none for a control. */
  readonly perturbed: readonly string[];
}

/** The perturbations of each cell of a file (null for a cell without a statement), and a sentence on their source. */
export interface ScreenLabels {
  readonly labels: readonly (CellLabel | null)[];
  readonly understood: string;
}

/**
 * Reads what was done to each cell, in the form of GEARS (`condition`: A+ctrl), of scPerturb (`perturbation`, `nperts`), or with genes
 * or guides in a column of their own. `nperts` 0 and `control` 1 mark controls too, unless words for them are given.
 *
 * @param symbols of the measured genes
 * @throws {KcellfmError} tag "data", when a column is missing or no cell is a control.
 */
export function readLabels(
  source: CellSource,
  symbols: readonly string[],
  columns: PerturbationColumns = {},
): ScreenLabels {
  const condition = columns.condition ?? perturbationColumn(source);
  const texts = textColumn(source, condition, "--condition-key");
  const contexts = columns.context === undefined
    ? null
    : textColumn(source, columns.context, "--context-key");
  const rules = rulesOf(symbols, columns);
  const counts = columns.control === undefined ? countColumn(source) : null;
  const known = new Map<string, Perturbed | null>();
  const read = texts.map((text, cell) => {
    if (counts?.[cell] === 0) return { genes: [], byGuide: false };
    const key = `${counts?.[cell] ?? ""} ${text}`;
    if (!known.has(key)) known.set(key, readPerturbed(text, rules, counts?.[cell] ?? undefined));
    return known.get(key) ?? null;
  });
  requireControls(source, { read, condition, columns });
  return {
    labels: read.map((own, cell) => own && { context: contexts?.[cell] ?? "", perturbed: own.genes }),
    understood: describe(condition, { texts, read, rules }),
  };
}

function rulesOf(
  symbols: readonly string[],
  { control, stands, isGene }: PerturbationColumns,
): WordRules {
  const measured = new Set(symbols);
  return {
    controls: control?.split(",").map((word) => word.trim()),
    isGene: (word) => measured.has(word) || isGene?.(word) === true,
    stands,
  };
}

/** Number of perturbations of each cell, null if nothing states it; 0 for controls. */
function countColumn({ obs }: CellSource): (number | null)[] | null {
  if (obs.columns.includes("nperts")) {
    return obs.values("nperts").map((value) => value === null || value === "" ? null : Number(value));
  }
  if (!obs.columns.includes("control")) return null;
  const marks = obs.values("control").map((value) => value === true ? 1 : value === false ? 0 : value);
  return marks.every((mark) => mark === 0 || mark === 1) ? marks.map((mark) => mark === 1 ? 0 : null) : null;
}

/** The first column that says what was done. @throws {KcellfmError} tag "data", when there is none. */
export function perturbationColumn({ name, obs }: Pick<CellSource, "name" | "obs">): string {
  const found = PERTURBATION_COLUMNS.find((column) => obs.columns.includes(column));
  if (found !== undefined) return found;
  throw dataError(
    `Cannot read ${name} as a perturbation screen: obs has none of the columns ${
      PERTURBATION_COLUMNS.slice(0, 3).join(", ")
    }, ... (it has ${obs.columns.join(", ") || "none"}); name the column by --condition-key`,
  );
}

function requireControls(
  { name }: CellSource,
  { read, condition, columns }: {
    read: readonly (Perturbed | null)[];
    condition: string;
    columns: PerturbationColumns;
  },
): void {
  if (read.some((own) => own?.genes.length === 0)) return;
  const words = columns.control === undefined
    ? "is a word such as ctrl, control, NT or non-targeting"
    : `is "${columns.control}"`;
  throw dataError(
    `Cannot use ${name}: no cell is a control, expected some whose ${condition} ${words}; name theirs by --control`,
  );
}

function describe(
  condition: string,
  { texts, read, rules }: { texts: readonly string[]; read: readonly (Perturbed | null)[]; rules: WordRules },
): string {
  const controls = new Set(texts.filter((_, cell) => read[cell]?.genes.length === 0));
  const done = new Map(
    read.flatMap((own, cell) => own && own.genes.length > 0 ? [[own.genes.join("+"), cell] as const] : []),
  );
  const sizes = [...done.keys()].map((name) => name.split("+").length);
  const pairs = sizes.filter((size) => size > 1).length;
  const guides = new Set(texts.filter((_, cell) => read[cell]?.byGuide));
  const [guide] = guides;
  const strange = [...new Set(read.flatMap((own) => own?.genes ?? []))].filter((gene) => !rules.isGene(gene));
  const count = read.filter((own) => own?.genes.length === 0).length;
  return [
    `what was done is read from obs ${condition}: ${count} controls (${listed([...controls])}), ` +
    `${sizes.length - pairs} genes alone${pairs > 0 ? `, ${pairs} together with others` : ""}`,
    ...(guide
      ? [`${guides.size} guides stand for their genes (${guide} for ${read[texts.indexOf(guide)]?.genes})`]
      : []),
    ...(strange.length > 0 ? [`${strange.length} are no known genes: ${listed(strange)}`] : []),
  ].join("; ");
}

/** The name of a condition: "A+ctrl", "A+B", with a background "A+ctrl in B cell". */
export function conditionName({ context, perturbed }: CellLabel): string {
  const what = perturbed.length === 1 ? `${perturbed[0]}+ctrl` : perturbed.join("+");
  return context === "" ? what : `${what} in ${context}`;
}

/** A column of obs as text. @throws {KcellfmError} tag "data", when it is missing. */
export function textColumn(source: Pick<CellSource, "name" | "obs">, name: string, flag: string): string[] {
  if (source.obs.columns.includes(name)) return source.obs.values(name).map((value) => String(value ?? ""));
  throw dataError(
    `Cannot read ${source.name} as a perturbation screen: obs has no column "${name}" (it has ${
      source.obs.columns.join(", ") || "none"
    }); name the column by ${flag}`,
  );
}

/** The first few of a list of names. */
export const listed = (names: readonly string[]): string =>
  names.slice(0, 5).join(", ") + (names.length > 5 ? ", ..." : "");
