import type { Rng } from "../runtime/mod.ts";
import type { TermTable } from "../ontology/mod.ts";

/** Effects, beyond the sum of the parts, of losing genes of two pathways. */
const PATHWAY_PAIRS = ["additive", "synergy", "suppression", "masking"] as const;

/** Interaction of two regulators; those of one pathway saturate it. */
export type Interaction = typeof PATHWAY_PAIRS[number] | "saturation";

/** Sizes of a simulated regulatory network. */
export interface NetworkOptions {
  /** Pathways, each of several regulators that can be perturbed; default 6. */
  readonly pathways?: number;
  /** Regulators of a pathway; default 5. */
  readonly regulators?: number;
  /** Programs of target genes that pathways drive; default 10. */
  readonly programs?: number;
  /** Genes of a program; default 20. */
  readonly targets?: number;
  /** Genes that nothing regulates; default 40. */
  readonly others?: number;
}

/** A regulator: which pathway it belongs to, and how much of it its loss takes away. */
interface Regulator {
  readonly gene: string;
  readonly pathway: number;
  readonly strength: number;
  /** Targets of its own, by index, and their log fold changes at its loss. */
  readonly own: ReadonlyMap<number, number>;
}

/** A regulatory network: what every perturbation does to every gene, without noise. */
export interface RegulatoryNetwork {
  readonly genes: readonly string[];
  readonly regulators: readonly Regulator[];
  /** Program of each gene, or -1; genes of one program vary together in unperturbed cells too. */
  readonly program: Int16Array;
  /** Terms that genes share, as in GO: pathway and branch of regulators, program of targets, and some that mean nothing. */
  readonly terms: TermTable;
  /** Interaction of the pathways of two regulators. */
  interaction(a: string, b: string): Interaction;
  /** Expected share of each gene in the RNA of a cell that lost the named regulators; sums to 1. */
  shares(lost: readonly string[]): Float32Array;
}

/** Log fold change of a program when two pathways that stand in for each other are wholly lost. */
const SYNERGY = 3;
/** log fold change of a perturbed gene itself: 80 % are lost. */
const KNOCKED_DOWN = Math.log(0.2);
/** A pathway cannot lose more than this, however many of its regulators are gone: they act one after another. */
const MOST_LOST = 1.2;

/**
 * Draws a network: regulators (SIMR..) of pathways that drive programs of target genes (SIMG..). Losing regulators r of
 * a pathway takes a = 1.2 tanh(sum_r strength / 1.2) of its activity; programs change by sum_q effect(q, p) a_q, and between
 * two hit pathways by what the pair of them does:
 *
 * - synergy: they stand in for each other; losing both brings a_q a_q' times an effect of its own
 * - suppression: each loss undoes 70 % of the other's
 * - masking: the first pathway acts through the second, and without that does nothing more (epistasis)
 */
export function drawNetwork(options: NetworkOptions, rng: Rng): RegulatoryNetwork {
  const { pathways = 6, regulators = 5, programs = 10, targets = 20, others = 40 } = options;
  const genes = nameGenes({ regulators: pathways * regulators, targets: programs * targets + others });
  const first = pathways * regulators;
  const program = Int16Array.from(genes, (_, g) => {
    const at = g - first;
    return at >= 0 && at < programs * targets ? at % programs : -1;
  });
  const drawn = drawRegulators({ genes, pathways, regulators }, rng.split("regulators"));
  const base = Float64Array.from(genes, (gene) => 1 + 0.9 * rng.split(`base/${gene}`).normal());
  const loading = Float64Array.from(
    genes,
    (gene, g) => program[g] < 0 ? 0 : drawLoading(rng.split(`loading/${gene}`)),
  );
  const effects = drawEffects(pathways, programs, rng.split("effects"));
  const pairs = drawPairs(pathways, programs, rng.split("pairs"));
  const byGene = new Map(drawn.map((regulator) => [regulator.gene, regulator]));
  return {
    genes,
    regulators: drawn,
    program,
    terms: drawTerms({ genes, regulators: byGene, program }, rng.split("terms")),
    interaction: (a, b) => {
      const [p, q] = [a, b].map((gene) => byGene.get(gene)?.pathway ?? -1).sort((x, y) => x - y);
      return p === q ? "saturation" : pairs.get(`${p}/${q}`)?.kind ?? "additive";
    },
    shares: (lost) => {
      const hit = lost.flatMap((gene) => byGene.get(gene) ?? []);
      const changes = programChanges(pathwayLosses(hit, pathways), { effects, pairs, programs });
      const values = base.map((value, g) => value + (program[g] < 0 ? 0 : loading[g] * changes[program[g]]));
      for (const { gene, own } of hit) {
        values[genes.indexOf(gene)] += KNOCKED_DOWN;
        for (const [target, change] of own) values[target] += change;
      }
      return normalise(values.map(Math.exp));
    },
  };
}

function normalise(values: Float64Array): Float32Array {
  const sum = values.reduce((a, b) => a + b, 0);
  return Float32Array.from(values, (value) => value / sum);
}

function nameGenes({ regulators, targets }: { regulators: number; targets: number }): string[] {
  const numbered = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(3, "0")}`);
  return [...numbered("SIMR", regulators), ...numbered("SIMG", targets)];
}

function drawRegulators(
  { genes, pathways, regulators }: { genes: readonly string[]; pathways: number; regulators: number },
  rng: Rng,
): Regulator[] {
  const count = pathways * regulators;
  return genes.slice(0, count).map((gene, i) => {
    const stream = rng.split(gene);
    const own = Array.from(stream.sample(genes.length - count, 4), (at): [number, number] => [
      count + at,
      0.5 * stream.normal(),
    ]);
    return { gene, pathway: i % pathways, strength: 0.5 + 0.6 * stream.uniform(), own: new Map(own) };
  });
}

/** Most genes of a program rise with it, some fall. */
const drawLoading = (rng: Rng): number => (rng.uniform() < 0.75 ? 1 : -1) * (0.5 + rng.uniform());

/** Each pathway drives three programs: effects[pathway][program]. */
function drawEffects(pathways: number, programs: number, rng: Rng): Float64Array[] {
  return Array.from({ length: pathways }, (_, q) => {
    const effects = new Float64Array(programs);
    for (const p of rng.split(q).sample(programs, Math.min(3, programs))) {
      effects[p] = (rng.split(`${q}/${p}`).uniform() < 0.6 ? -1 : 1) *
        (0.5 + 0.5 * rng.split(`size/${q}/${p}`).uniform());
    }
    return effects;
  });
}

interface PathwayPair {
  readonly kind: typeof PATHWAY_PAIRS[number];
  /** Synergy: the program that only the loss of both reaches, and how. */
  readonly program: number;
  readonly effect: number;
}

/** Interaction of every two pathways, by "lower/higher": the kinds in turn, over pairs in random order. */
function drawPairs(pathways: number, programs: number, rng: Rng): Map<string, PathwayPair> {
  const keys = Array.from({ length: pathways }, (_, q) => Array.from({ length: q }, (_, p) => `${p}/${q}`))
    .flat();
  return new Map(
    rng.shuffle(keys).map((key, i) => [key, {
      kind: PATHWAY_PAIRS[i % PATHWAY_PAIRS.length],
      program: rng.split(key).int(programs),
      effect: rng.split(`sign/${key}`).uniform() < 0.5 ? -SYNERGY : SYNERGY,
    }]),
  );
}

function pathwayLosses(hit: readonly Regulator[], pathways: number): Float64Array {
  const sums = new Float64Array(pathways);
  for (const { pathway, strength } of hit) sums[pathway] += strength;
  return sums.map((sum) => MOST_LOST * Math.tanh(sum / MOST_LOST));
}

function programChanges(
  losses: Float64Array,
  { effects, pairs, programs }: {
    effects: readonly Float64Array[];
    pairs: ReadonlyMap<string, PathwayPair>;
    programs: number;
  },
): Float64Array {
  const acting = losses.slice();
  const changes = new Float64Array(programs);
  for (const [key, { kind, program, effect }] of pairs) {
    const [p, q] = key.split("/").map(Number);
    if (losses[p] === 0 || losses[q] === 0) continue;
    if (kind === "synergy") changes[program] += effect * losses[p] * losses[q];
    if (kind === "masking") acting[p] = 0;
    if (kind === "suppression") [acting[p], acting[q]] = [0.3 * acting[p], 0.3 * acting[q]];
  }
  effects.forEach((row, q) => row.forEach((effect, p) => changes[p] += effect * acting[q]));
  return changes;
}

/** Number of terms that mean nothing; each gene has three. */
const EMPTY_TERMS = 60;

function drawTerms(
  { genes, regulators, program }: {
    genes: readonly string[];
    regulators: ReadonlyMap<string, Regulator>;
    program: Int16Array;
  },
  rng: Rng,
): TermTable {
  return new Map(genes.map((gene, g) => {
    const stream = rng.split(gene);
    const terms = new Set(Array.from(stream.sample(EMPTY_TERMS, 3), (at) => `SIM:other${at}`));
    const regulator = regulators.get(gene);
    if (regulator) {
      terms.add(`SIM:pathway${regulator.pathway}`);
      terms.add(`SIM:pathway${regulator.pathway}_branch${stream.int(2)}`);
    }
    if (program[g] >= 0 && stream.uniform() < 0.8) terms.add(`SIM:program${program[g]}`);
    return [gene, terms];
  }));
}
