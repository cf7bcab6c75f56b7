import { type CellSource, openCells } from "../../data/mod.ts";
import { humanOrthologues } from "../../genes/mod.ts";
import type { Frame, FrameValue } from "../../matrix/mod.ts";
import { dataError } from "../../runtime/mod.ts";
import { type ExperimentSet, valuesOf } from "../finetune/mod.ts";
import { type Phase, phaseOfAngle, PHASES } from "./phases.ts";

/** Cells with their phase, and their place on the circle where it was measured. */
export interface CycleSet extends ExperimentSet {
  /** FUCCI angle of each cell in radians. */
  readonly angles?: Float32Array;
}

/** Spellings of the phases in files; a cell with any other takes no part. */
const SPELLINGS: Readonly<Record<string, Phase>> = {
  g1: "G1",
  "g0/g1": "G1",
  s: "S",
  g2: "G2M",
  m: "G2M",
  g2m: "G2M",
  "g2/m": "G2M",
};

/**
 * Reads cells of known phase, in any form that {@linkcode openCells} reads: a column `phase` or an angle `theta`
 * (radians) in obs; row names 1, 2, 3 for G1, S, G2M (the form of Buettner 2015); or a matrix of genes by cells whose
 * column names start with G1_, S_, G2_ and, for unsorted cells that take no part, H1_ (the form of GSE64016).
 * Mouse symbols become those of human orthologues.
 *
 * @throws {KcellfmError} tag "data", when no cell says its phase or fewer than two phases are there.
 */
export async function readCycleSet(
  path: string,
  facts: Pick<CycleSet, "name" | "real" | "sha256" | "published">,
): Promise<CycleSet> {
  const source = await openCells(path);
  const found = READERS.flatMap((read) => read(source) ?? [])[0];
  if (!found) {
    source.close();
    throw dataError(
      `Cannot tell the phases of ${path}: expected a column phase or theta, row names 1 to 3, or cells named G1_..., S_..., G2_...`,
    );
  }
  requirePhases(found.labels, path);
  return { ...facts, ...found, source: withHumanGenes(source), values: valuesOf(source) };
}

type Found = Pick<CycleSet, "labels" | "angles">;

/** Readers of the phases of a file's cells, tried in this order. */
const READERS: readonly ((source: CellSource) => Found | null)[] = [
  ({ obs }) => {
    const values = columnOf(obs, "phase");
    return values && { labels: values.map((value) => phaseNamed(String(value))) };
  },
  ({ obs }) => {
    const values = columnOf(obs, "theta");
    if (!values) return null;
    const angles = Float32Array.from(values, Number);
    return {
      angles,
      labels: Array.from(angles, (angle) => Number.isFinite(angle) ? phaseOfAngle(angle) : null),
    };
  },
  ({ obs }) => {
    const values = columnOf(obs, "label")?.map(Number);
    if (!values?.every((value) => [1, 2, 3].includes(value))) return null;
    return { labels: values.map((value) => PHASES[value - 1]) };
  },
  ({ obsNames }) => {
    const labels = obsNames.map((name) => phaseNamed(/^([A-Za-z0-9/]+)[_.]/.exec(name)?.[1] ?? ""));
    return labels.some((label) => label !== null) ? { labels } : null;
  },
];

function columnOf(obs: Frame, name: string): readonly FrameValue[] | null {
  const found = obs.columns.find((column) => column.toLowerCase() === name);
  return found === undefined ? null : obs.values(found);
}

const phaseNamed = (text: string): Phase | null => SPELLINGS[text.trim().toLowerCase()] ?? null;

function requirePhases(labels: readonly (string | null)[], path: string): void {
  const known = new Set(labels.filter((label) => label !== null));
  if (known.size >= 2) return;
  throw dataError(
    `Cannot use ${path}: its cells are of ${known.size} phases (${
      [...known].join()
    }), at least two are needed`,
  );
}

/** Symbols such as Gnai3 are mouse's; those of human genes are upper case but for open reading frames. */
function withHumanGenes(source: CellSource): CellSource {
  const mouse = source.varNames.filter((name) => /^[A-Z][a-z]+\d*[a-z]*\d*$/.test(name)).length;
  if (mouse < source.nVars / 2) return source;
  const human = humanOrthologues();
  return { ...source, varNames: source.varNames.map(human) };
}
