import { join } from "node:path";
import { selectTypes } from "../../cell/mod.ts";
import { liveTerms, loadOntology } from "../../ontology/mod.ts";
import { checkpointsDir, createRng } from "../../runtime/mod.ts";
import { loadTypeEmbeddings } from "../../text/mod.ts";
import { growNovelAtlas, NOVEL_ATLAS, type NovelAtlasOptions } from "./atlas.ts";
import type { NovelExperiment } from "./experiment.ts";

/**
 * The simulated atlas of an experiment, grown on the embedded slim table, so that it is the same everywhere; its terms
 * alone are ranked, by the shipped text vectors.
 */
export async function simulatedNovelSet(
  options: Partial<NovelAtlasOptions> & { seed: number },
): Promise<NovelExperiment> {
  const { seed, ...atlas } = options;
  const ontology = await loadOntology(null);
  const text = loadTypeEmbeddings(join(checkpointsDir(), "text-walkthrough"));
  const types = selectTypes(text, liveTerms(ontology).map(({ id }) => id));
  const split = growNovelAtlas(ontology, { ...NOVEL_ATLAS, ...atlas }, createRng(seed).split("novel atlas"));
  return { ...split, name: "simulated", real: false, ontology, types };
}
