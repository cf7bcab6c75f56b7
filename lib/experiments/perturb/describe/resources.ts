import { join } from "node:path";
import type { CellModel } from "../../../cell/mod.ts";
import { corpusDatasets, findDataset, fingerprint } from "../../../data/fetch/mod.ts";
import { openCells } from "../../../data/mod.ts";
import type { TermTable } from "../../../ontology/mod.ts";
import { checkpointsDir, createRng } from "../../../runtime/mod.ts";
import { loadTextCheckpoint } from "../../../text/mod.ts";
import { officialSymbols } from "../screen/symbols.ts";
import type { PerturbationSet } from "../set.ts";
import { cellModelFeatures } from "./cell_model.ts";
import { joinStudies, studyTable } from "./coexpression.ts";
import {
  type GeneFeatures,
  type GeneTable,
  JOINED,
  joinFeatures,
  tableFeatures,
  withSymbols,
} from "./genes.ts";
import { termFeatures } from "./go.ts";
import { cachedTable } from "./table_cache.ts";
import { readGeneTexts, textTable } from "./text.ts";

/** Sources for features of genes. */
export interface FeatureSources {
  readonly terms: TermTable;
  readonly cell?: CellModel;
  /** Names of features to make; `text` and `coexpr` take a minute or two where they are not in the cache. Default all. */
  readonly only?: readonly string[];
}

/**
 * All features of genes that can be had for a set: `go` (terms), `text` (what the text encoder makes of names and definitions),
 * `coexpr` (what varies together in the corpus, in no screen), `kcellfm` (gene vectors of the cell model), and `all` of them
 * side by side. What is not available is left out, with a sentence that says so.
 */
export async function geneFeatures(
  { perturbable, terms: own }: Pick<PerturbationSet, "perturbable" | "terms">,
  { terms, cell, only }: FeatureSources,
): Promise<{ features: GeneFeatures[]; notes: string[] }> {
  const notes: string[] = [];
  const note = (what: string, found: GeneFeatures | null): GeneFeatures[] => {
    if (found === null) notes.push(`genes are not described by ${what}, which is not at hand`);
    return found ? [found] : [];
  };
  const wants = (name: string) => only === undefined || only.includes(name);
  const symbolOf = own ? (name: string) => name : await officialSymbols();
  const isReal = own === undefined; // genes of simulated screens are in no table of real ones
  const features = [
    ...(terms.size > 0 && wants("go") ? [termFeatures("go", terms)] : []),
    ...(isReal && wants("text") ? note("text", await textFeatures(terms)) : []),
    ...(isReal && wants("coexpr") ? note("co-expression", await coexpressionFeatures()) : []),
    ...(cell && wants("kcellfm") ? [cellModelFeatures("kcellfm", cell)] : []),
  ].map((own) => withSymbols(own, symbolOf)).filter(({ has }) => perturbable.some(has));
  return {
    features: features.length > 1 && wants(JOINED) ? [...features, joinFeatures(features)] : features,
    notes,
  };
}

/** Version of the table format; changes whenever the computation of a table does. */
const VERSION = "2";

async function textFeatures(terms: TermTable): Promise<GeneFeatures | null> {
  const names = ["human_genes", "go_terms", "gene2go_human"];
  const [genes, goTerms, annotation] = await Promise.all(names.map((name) => findDataset(name)));
  if (genes === null || goTerms === null || annotation === null || terms.size === 0) return null;
  const { model, hash } = await loadTextCheckpoint(join(checkpointsDir(), "text-walkthrough"));
  try {
    const files = await Promise.all([genes, goTerms, annotation].map((path) => fingerprint(path)));
    const key = [VERSION, hash, ...files.map(({ sha256 }) => sha256)];
    const make = () => Promise.resolve(textTable(model, readGeneTexts({ genes, goTerms }, terms)));
    return tableFeatures("text", await cachedTable("text", key, make));
  } finally {
    model.dispose();
  }
}

/** Studies with fewer genes are panels, chosen with a question in mind. */
const LEAST_GENES = 2000;

async function coexpressionFeatures(): Promise<GeneFeatures | null> {
  const wanted = corpusDatasets("train").filter(({ corpus: { species, panel } }) =>
    species === "human" && panel !== "targeted"
  );
  const found = await Promise.all(wanted.map(async (set) => ({ set, path: await findDataset(set.name) })));
  const known = found.flatMap(({ set, path }) => path === null ? [] : [{ set, path }]);
  if (known.length === 0) return null;
  const key = [VERSION, ...known.map(({ set: { name, sha256 } }) => `${name} ${sha256}`)];
  return tableFeatures("coexpr", await cachedTable("coexpression", key, () => makeCoexpression(known)));
}

async function makeCoexpression(
  known: readonly { set: ReturnType<typeof corpusDatasets>[number]; path: string }[],
): Promise<GeneTable> {
  const rng = createRng("co-expression");
  const studies: GeneTable[] = [];
  for (const { set, path } of known) {
    const source = await openCells(path, { useRaw: set.corpus.useRaw });
    try {
      if (source.nVars < LEAST_GENES) continue;
      const column = set.corpus.labels ?? "cell_type";
      const types = source.obs.values(column).map(String);
      studies.push(studyTable(source, { types, rng: rng.split(set.name), values: set.corpus.values }));
    } finally {
      source.close();
    }
  }
  return joinStudies(studies, rng.split("all studies"));
}
