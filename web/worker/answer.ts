import { median } from "simple-statistics";
import type { AnnotatedFile, Annotation } from "../../lib/annotate/mod.ts";
import {
  type CalledType,
  calledTypes,
  confidentTypes,
  howNamed,
  pointsToCheck,
} from "../../lib/annotate/report/mod.ts";
import { mapCells } from "../../lib/cell/mod.ts";
import type { Answer, CellPlaces, TypeRow } from "../protocol.ts";

/** An answer in the form that the page shows. */
export function answerOf(answer: AnnotatedFile): Answer {
  const types = calledTypes(answer);
  const { input, facts } = answer;
  return {
    name: input.name,
    cells: input.cells,
    how: howNamed(answer),
    seconds: facts.seconds,
    cards: cards(answer, types),
    checks: pointsToCheck(answer, types),
    types: typeRows(answer, types),
    sure: confidentTypes(answer).map(({ name, id, kind, cells, share }) => ({
      name,
      id,
      kind,
      cells,
      share,
    })),
    markers: types.flatMap(({ name }) => {
      const genes = answer.markers.byGroup.get(name)?.map(({ gene }) => gene) ?? [];
      return genes.length > 0 ? [{ name, genes }] : [];
    }),
  };
}

/** The called types, the most frequent first, each with its place among those that could be called. */
export function typeRows({ calls }: Annotation, types: readonly CalledType[]): TypeRow[] {
  return types.map(({ rank, name, id, color, cells, share, meanConfidence, meanNovelty }) => ({
    index: calls.types.findIndex((type) => type.id === id && type.name === name),
    rank,
    name,
    id,
    color,
    cells,
    share,
    confidence: meanConfidence,
    novelty: meanNovelty,
  }));
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function cards(
  { input, calls, rolled, evaluation }: Annotation,
  types: readonly CalledType[],
): Answer["cards"] {
  const asCalled = rolled.place.filter((place, row) => place === calls.best[row]).length;
  const truth = evaluation && [{
    label: "agree with the file",
    value: percent(evaluation.metrics.accuracy),
    about: `of the labels in its column ${evaluation.truthKey}`,
  }];
  return [
    {
      label: "cells",
      value: input.cells.toLocaleString("en-US"),
      about: `${input.genes.toLocaleString("en-US")} genes`,
    },
    { label: "types called", value: String(types.length), about: `of ${calls.types.length} that could be` },
    {
      label: "median confidence",
      value: median([...calls.confidence]).toFixed(2),
      about: "probability of the called type",
    },
    {
      label: "sure answers",
      value: percent(asCalled / input.cells),
      about: "the others are broader or unknown",
    },
    {
      label: "genes known",
      value: percent(input.overlap.expressedKnownFraction),
      about: "of those that the cells express",
    },
    ...truth ?? [],
  ];
}

/** Where the cells lie on a plane by UMAP of their embeddings. */
export function placesOf(answer: Annotation): CellPlaces {
  const { rows, x, y } = mapCells(answer.embeddings, { seed: answer.seed });
  const { best, confidence } = answer.calls;
  return {
    x,
    y,
    type: Int32Array.from(rows, (row) => best[row]),
    confidence: Float32Array.from(rows, (row) => confidence[row]),
    total: answer.input.cells,
  };
}
