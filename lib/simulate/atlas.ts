import { type Ontology, termOf } from "../ontology/mod.ts";
import { dataError, type Rng } from "../runtime/mod.ts";
import { type CellPlan, simulateCells } from "./cells.ts";
import { drawTraits, geneNames } from "./genes.ts";
import { assignByPowerLaw, chooseTypes, drawEffect, markersAmong, tissueOf } from "./plan.ts";
import { expressionProfile, growPrograms, markersOf } from "./programs.ts";
import type { AtlasOptions, SimulatedAtlas, SimulatedType } from "./types.ts";

const DEFAULTS = {
  name: "simulated atlas",
  cells: 2000,
  types: 40,
  genes: 2000,
  vocabulary: [],
  donors: 8,
  batches: 2,
  depth: 1000,
  rarity: 1,
  batchEffect: 0.3,
  dropout: 0.1,
  sample: "atlas",
} as const satisfies Omit<Settings, "markers">;
const DONOR_EFFECT = 0.1;
const DEPTH_SPREAD = 0.45;
const CELL_SPREAD = 0.35;

type Settings = Required<AtlasOptions>;

/**
 * An atlas of raw counts grown on the Cell Ontology: programs drift down is_a (see `growPrograms`), markers are
 * raised in their types, donors and batches shift genes, abundances follow a power law, counts are negative
 * binomial. The same ontology, options and seed give the same atlas, however it is sliced.
 *
 * @returns a source of `cells` x `genes` with obs cell_type, cell_type_ontology_term_id, donor, batch, tissue.
 * @throws {KcellfmError} tag "data", when the options ask for what cannot be had (too many types, no cells).
 */
export function simulateAtlas(ontology: Ontology, options: AtlasOptions, rng: Rng): SimulatedAtlas {
  const settings: Settings = { ...DEFAULTS, markers: markersOf(ontology), ...options };
  checkSettings(settings);
  const sampling = rng.split(`sample/${settings.sample}`);
  const { types, genes, traits } = growTypes(ontology, settings, rng);
  const typeOf = assignByPowerLaw(
    settings.cells,
    { groups: types.length, exponent: settings.rarity },
    sampling.split("abundance"),
  );
  const { groupOf, groupEffects } = drawDonors(genes, settings, sampling);
  const plan: CellPlan = {
    name: settings.name,
    genes,
    traits,
    populations: types,
    populationOf: typeOf,
    groupEffects,
    groupOf,
    obs: describeCells(ontology, { types, typeOf, groupOf, settings }),
    depth: settings.depth,
    depthSpread: DEPTH_SPREAD,
    cellSpread: CELL_SPREAD,
    dropout: settings.dropout,
  };
  return { ...simulateCells(plan, sampling), types, typeOf };
}

function checkSettings(settings: Settings): void {
  const { cells, genes, donors, batches, depth } = settings;
  const sizes = { cells, genes: typeof genes === "number" ? genes : genes.length, donors, batches, depth };
  for (const [key, value] of Object.entries(sizes)) {
    if (value < 1) throw dataError(`Cannot simulate an atlas with ${key} = ${value}: it must be at least 1`);
  }
}

function growTypes(ontology: Ontology, settings: Settings, rng: Rng) {
  const { markers, types: wanted, genes: panel } = settings;
  const ids = typeof wanted === "number" ? chooseTypes(ontology, { count: wanted, markers }, rng) : wanted;
  const marking = markersAmong(ontology, { ids, markers });
  const genes = typeof panel === "number" ? geneNames(marking, panel, settings.vocabulary) : panel;
  const traits = drawTraits(genes, new Set(marking), rng);
  const biology = { ontology, markers, genes, traits, programs: growPrograms(ontology, rng) };
  const types: SimulatedType[] = ids.map((id) => (
    { id, name: termOf(ontology, id).name, profile: expressionProfile(id, biology) }
  ));
  return { types, genes, traits };
}

/** Donors at random over the cells; each has its own small effect on top of its batch's. */
function drawDonors(genes: readonly string[], { cells, donors, batches, batchEffect }: Settings, rng: Rng) {
  const batchEffects = Array.from(
    { length: batches },
    (_, b) => drawEffect(genes, { label: `batch/${b}`, sd: batchEffect }, rng),
  );
  const groupEffects = Array.from({ length: donors }, (_, d) => {
    const own = drawEffect(genes, { label: `donor/${d}`, sd: DONOR_EFFECT }, rng);
    return own.map((value, g) => value * batchEffects[d % batches][g]);
  });
  const stream = rng.split("donors");
  return { groupEffects, groupOf: Int32Array.from({ length: cells }, () => stream.int(donors)) };
}

interface Described {
  readonly types: readonly SimulatedType[];
  readonly typeOf: Int32Array;
  readonly groupOf: Int32Array;
  readonly settings: Settings;
}

function describeCells(ontology: Ontology, { types, typeOf, groupOf, settings }: Described) {
  const tissues = types.map((type) => tissueOf(ontology, type.id));
  const ofType = (values: readonly string[]) => Array.from(typeOf, (t) => values[t]);
  return {
    cell_type: ofType(types.map((type) => type.name)),
    cell_type_ontology_term_id: ofType(types.map((type) => type.id)),
    donor: Array.from(groupOf, (d) => `${settings.sample}_donor_${d + 1}`),
    batch: Array.from(groupOf, (d) => `${settings.sample}_batch_${d % settings.batches + 1}`),
    tissue: ofType(tissues),
  };
}
