import { argmax } from "../../matrix/mod.ts";
import { accuracy, hierarchicalAccuracy, macroF1 } from "../../metrics/mod.ts";
import { type Ontology, sameLineIn } from "../../ontology/mod.ts";
import { calibrationError, reliability, type ReliabilityBin } from "./calibration.ts";
import { amongTypes, callsOf, type Evidence, type Help, probabilitiesOf, tissueTypes } from "./methods.ts";
import { coveredTerms, scoreUnknown, type UnknownShares } from "./unknown.ts";

/** Scores of one method on one set. */
export interface MethodScores {
  readonly accuracy: number;
  readonly hierarchical_accuracy: number;
  readonly macro_f1: number;
  /** Of the confidence that the answer is on one line with the truth. */
  readonly calibration_error: number;
  /** The same over cells whose type the model has. */
  readonly known_calibration_error: number;
}

/** Everything about one set. */
export interface SetScores {
  readonly set: string;
  /** Labelled cells. */
  readonly cells: number;
  readonly genes: number;
  /**
   * By method, "kcellfm", "kcellfm_neighbours", "kcellfm_markers", "perceptron" and so on; "..._tissue" chooses among the
   * types of the set alone.
   */
  readonly methods: Readonly<Record<string, MethodScores>>;
  /** Of the model with all helps. */
  readonly unknown: UnknownShares;
  /** Of the model with all helps. */
  readonly reliability: readonly ReliabilityBin[];
}

/** Scores every method with every help; markers alone need their neighbours. */
export function scoreSet(evidence: Evidence, ontology: Ontology): SetScores {
  const { set, scores } = evidence;
  const all = [...Object.keys(scores), "markers"].flatMap((by) => methodsOf(by));
  const rows = Int32Array.from(set.truth.keys()).filter((row) => set.truth[row] !== null);
  const scored = all.map((method) =>
    [nameOf(method), scoreMethod(evidence, { ...method, rows, ontology })] as const
  );
  return {
    set: set.name,
    cells: rows.length,
    genes: set.cells.tokenOf.filter((token) => token >= 0).length,
    methods: Object.fromEntries(scored.map(([name, it]) => [name, it.scores])),
    unknown: scoreUnknown(evidence, ontology),
    reliability: scored.find(([name]) => name === "kcellfm_markers")?.[1].bins ?? [],
  };
}

interface Method {
  readonly by: string;
  readonly help: Help;
  /** Choose among the types of the set's tissue. */
  readonly tissue?: boolean;
}

function methodsOf(by: string): Method[] {
  if (by === "text") return [{ by, help: "alone" }];
  const withMarkers: Method[] = [{ by, help: "markers" }, { by, help: "markers", tissue: true }];
  return by === "markers" ? withMarkers : [{ by, help: "alone" }, { by, help: "neighbours" }, ...withMarkers];
}

const nameOf = ({ by, help, tissue }: Method): string =>
  [by, ...help === "alone" || by === help ? [] : [help], ...tissue ? ["tissue"] : []].join("_");

function scoreMethod(
  evidence: Evidence,
  { by, help, tissue, rows, ontology }: Method & { rows: Int32Array; ontology: Ontology },
): { scores: MethodScores; bins: ReliabilityBin[] } {
  const { types, set } = evidence;
  const all = probabilitiesOf(evidence, { by, help });
  const probabilities = tissue ? amongTypes(all, tissueTypes(evidence, ontology)) : all;
  const calls = callsOf(probabilities, types);
  const truth = Array.from(rows, (row) => set.truth[row] ?? "");
  const called = Array.from(rows, (row) => calls[row]);
  const sameLine = sameLineIn(ontology);
  const width = types.length;
  const confidence = Float32Array.from(rows, (row) => {
    const own = probabilities.subarray(row * width, (row + 1) * width);
    const best = types[argmax(own)].id; // the answer is right if any type on its line is: those probabilities sum
    return own.reduce((sum, p, type) => sameLine(types[type].id, best) ? sum + p : sum, 0);
  });
  const right = truth.map((id, i) => sameLine(id, called[i]));
  const bins = reliability(confidence, right);
  const covered = coveredTerms(types, ontology);
  const known = [...truth.keys()].filter((i) => covered.has(truth[i]));
  return {
    scores: {
      accuracy: accuracy(truth, called),
      hierarchical_accuracy: hierarchicalAccuracy(truth, called, { sameLine }),
      macro_f1: macroF1(truth, called),
      calibration_error: calibrationError(bins),
      known_calibration_error: calibrationError(
        reliability(known.map((i) => confidence[i]), known.map((i) => right[i])),
      ),
    },
    bins,
  };
}

/** The mean of a score over sets, by method. */
export function meanOverSets(
  sets: readonly SetScores[],
  score: keyof MethodScores = "hierarchical_accuracy",
): Record<string, number> {
  const names = Object.keys(sets[0]?.methods ?? {});
  const mean = (name: string) =>
    sets.reduce((sum, { methods }) => sum + methods[name][score], 0) / sets.length;
  return Object.fromEntries(names.map((name) => [name, mean(name)]));
}
