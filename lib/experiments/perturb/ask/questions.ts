import type { GeneVocabulary } from "../../../genes/mod.ts";
import { dataError, usageError } from "../../../runtime/mod.ts";
import type { Recipe } from "../recipe.ts";
import type { SavedPerturbationModel } from "../saved/load.ts";
import { byLoadings } from "../describe/contexts.ts";
import { JOINED } from "../describe/genes.ts";

/** Perturbations that are asked for, each as its sorted genes: "A,B+C" -> [A], [B, C]. */
export function parseQuestions(text: string): string[][] {
  const questions = text.split(",").map((one) =>
    [...new Set(one.split("+").map((gene) => gene.trim()).filter((gene) => gene !== ""))].sort()
  );
  if (questions.length > 0 && questions.every((genes) => genes.length > 0)) return questions;
  throw usageError(
    `Cannot read "${text}" as perturbations: expected genes split by commas, A,B+C for A, and B with C`,
  );
}

/**
 * Checks that a model can say something of a gene's loss.
 *
 * @throws {KcellfmError} tag "data": no gene has that name, or nothing describes it to this model.
 */
export function requireDescribed(
  gene: string,
  { facts, features }: Pick<SavedPerturbationModel, "facts" | "features">,
  vocabulary: Pick<GeneVocabulary, "symbols">,
): void {
  if (describedGenes({ facts, features })?.has(gene) !== false) {
    if (isKnown(gene, { facts, features }, vocabulary)) return;
    throw unknownGene(gene, vocabulary.symbols);
  }
  if (!isKnown(gene, { facts, features }, vocabulary)) throw unknownGene(gene, vocabulary.symbols);
  throw dataError(
    `Cannot predict the loss of ${gene}: nothing describes it to this model, which reads ${
      sourcesOf(facts.recipe).join(", ")
    }; ask for another gene, or train a model on other features`,
  );
}

function isKnown(
  gene: string,
  { facts, features }: Pick<SavedPerturbationModel, "facts" | "features">,
  { symbols }: Pick<GeneVocabulary, "symbols">,
): boolean {
  return facts.genes.includes(gene) || facts.scaled_over.includes(gene) || symbols.includes(gene) ||
    facts.conditions.some(({ perturbed }) => perturbed.includes(gene)) ||
    features.some(({ has }) => has(gene));
}

function unknownGene(gene: string, symbols: readonly string[]) {
  const alike = symbols.find((symbol) => symbol.toUpperCase() === gene.toUpperCase());
  const hint = alike
    ? `did you mean ${alike}? Symbols of human genes are in capitals, those of other species are not known`
    : "give the official symbol of a human gene";
  return dataError(`Cannot predict the loss of "${gene}": no gene has that name; ${hint}`);
}

/** Genes that a model has a description of; null where it needs none. */
export function describedGenes(
  { facts, features }: Pick<SavedPerturbationModel, "facts" | "features">,
): ReadonlySet<string> | null {
  const { recipe, genes } = facts;
  if (recipe.kind === "gears") return new Set(recipe.nodes);
  const names = sourcesOf(recipe);
  const gene = features.filter(({ name }) => names.includes(name) || names.includes(JOINED));
  const known = gene.flatMap((own) => [...own.genes()]);
  const measured = names.includes(byLoadings.name) ? genes : [];
  return gene.length === 0 && measured.length === 0 ? null : new Set([...known, ...measured]);
}

/** Names of the descriptions that a recipe reads. */
function sourcesOf(recipe: Recipe): string[] {
  if (recipe.kind === "gears") return ["the graph of its screen"];
  const own = recipe.kind === "learned"
    ? [recipe.description]
    : recipe.members.map((member) => member.recipe.description);
  return [...new Set(own)].filter((name) => name !== "");
}
