import { argmax } from "../../matrix/mod.ts";
import { rollUp } from "../../annotate/mod.ts";
import { accuracy, hierarchicalAccuracy, macroF1 } from "../../metrics/mod.ts";
import { type Ontology, sameLineIn } from "../../ontology/mod.ts";
import { calibrationError, reliability, type ReliabilityBin } from "./calibration.ts";
import { callsOf, type Evidence, type Help, HELPS, probabilitiesOf } from "./methods.ts";

/** How one method names one set. */
export interface MethodScores {
  readonly accuracy: number;
  readonly hierarchical_accuracy: number;
  readonly macro_f1: number;
  /** Of the confidence that the answer is on one line with the truth. */
  readonly calibration_error: number;
}

/** Everything about one set. */
export interface SetScores {
  readonly set: string;
  /** Labelled cells. */
  readonly cells: number;
  readonly genes: number;
  /** By method, "kcellfm", "kcellfm_neighbours", "kcellfm_markers", "perceptron" and so on. */
  readonly methods: Readonly<Record<string, MethodScores>>;
  /** Of the model with all helps. */
  readonly reliability: readonly ReliabilityBin[];
}

/** Scores every method with every help; markers alone need their neighbours. */
export function scoreSet(evidence: Evidence, ontology: Ontology): SetScores {
  const { set, scores } = evidence;
  const all = [...Object.keys(scores), "markers"].flatMap((by) =>
    (Object.keys(HELPS) as Help[]).filter((help) => by !== "markers" || help === "markers").map((help) => ({
      by,
      help,
    }))
  );
  const rows = Int32Array.from(set.truth.keys()).filter((row) => set.truth[row] !== null);
  const scored = all.map(({ by, help }) =>
    [nameOf(by, help), scoreMethod(evidence, { by, help, rows, ontology })] as const
  );
  return {
    set: set.name,
    cells: rows.length,
    genes: set.cells.tokenOf.filter((token) => token >= 0).length,
    methods: Object.fromEntries(scored.map(([name, it]) => [name, it.scores])),
    reliability: scored.find(([name]) => name === nameOf("kcellfm", "markers"))?.[1].bins ?? [],
  };
}

const nameOf = (by: string, help: Help): string =>
  help === "alone" || by === "markers" ? by : `${by}_${help}`;

function scoreMethod(
  evidence: Evidence,
  { by, help, rows, ontology }: { by: string; help: Help; rows: Int32Array; ontology: Ontology },
): { scores: MethodScores; bins: ReliabilityBin[] } {
  const { types, set } = evidence;
  const probabilities = probabilitiesOf(evidence, { by, help });
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
  const bins = reliability(confidence, truth.map((id, i) => sameLine(id, called[i])));
  return {
    scores: {
      accuracy: accuracy(truth, called),
      hierarchical_accuracy: hierarchicalAccuracy(truth, called, { sameLine }),
      macro_f1: macroF1(truth, called),
      calibration_error: calibrationError(bins),
    },
    bins,
  };
}

/** The shares of labelled cells that are unknown, and that are unknown or called by an ancestor of the truth. */
export function scoreUnknown(
  { set, types }: Evidence,
  { probabilities, novelty, ontology }: {
    probabilities: Float32Array;
    novelty: Float32Array;
    ontology: Ontology;
  },
): { unknown: number; unknown_or_above: number } {
  const rolled = rollUp({ types, probabilities, novelty }, { ontology });
  const sameLine = sameLineIn(ontology);
  const known = new Set(types.map(({ id }) => id));
  const rows = [...set.truth.keys()].filter((row) => set.truth[row] !== null);
  const answers = rows.map((row) => ({
    truth: set.truth[row] ?? "",
    id: rolled.types[rolled.place[row]].id,
  }));
  const share = (test: (answer: typeof answers[number]) => boolean) =>
    answers.filter(test).length / rows.length;
  return {
    unknown: share(({ id }) => id === ""),
    unknown_or_above: share(({ id, truth }) =>
      id === "" || id !== truth && !known.has(id) && sameLine(id, truth)
    ),
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
