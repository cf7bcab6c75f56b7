import { median } from "simple-statistics";
import type { Annotation } from "../annotate.ts";
import { UNKNOWN } from "../roll_up.ts";
import { count, percent } from "./html.ts";
import type { CalledType } from "./types.ts";

/** Calls below this probability are worth a look. */
export const LOW_CONFIDENCE = 0.5;
/** Fewer genes than this known: the model reads too little of the file. */
const LOW_OVERLAP = 0.6;
/** More unknown cells than this are worth a look. */
const MANY_UNKNOWN = 0.05;
/** A type with fewer cells than this may be noise. */
const FEW_CELLS = 10;

/** The points that a careful reader would check, as sentences; empty if nothing stands out. */
export function pointsToCheck(annotation: Annotation, types: readonly CalledType[]): string[] {
  const { calls, input, reference } = annotation;
  const unsure = calls.confidence.filter((value) => value < LOW_CONFIDENCE).length;
  const rare = types.filter(({ cells }) => cells < FEW_CELLS);
  const found = [
    input.overlap.expressedKnownFraction < LOW_OVERLAP &&
    `Only ${
        percent(input.overlap.expressedKnownFraction, 0)
      } of the expressed genes are known to the model: ` +
      `check that the gene names are human symbols or Ensembl ids.`,
    ...input.values.doubts ?? [],
    ...input.overlap.notes,
    ...annotation.notes,
    unsure / input.cells > 0.2 &&
    `${count(unsure)} cells (${
        percent(unsure / input.cells, 0)
      }) have a confidence below ${LOW_CONFIDENCE}: ` +
      `look at where they lie on the map, and at the markers of their types.`,
    noveltyPoint(annotation),
    unknownPoint(annotation),
    rare.length > 0 &&
    `${rare.length} called ${rare.length > 1 ? "types have" : "type has"} fewer than ${FEW_CELLS} cells: ` +
      `${rare.slice(0, 4).map(({ name }) => name).join("; ")}${rare.length > 4 ? "; ..." : ""}.`,
    reference !== null && reference.heldOut.accuracy < 0.8 &&
    `On reference cells that it had not seen the head is right in ${
        percent(reference.heldOut.accuracy, 0)
      } only: ` +
      `some types of the reference are hard to tell apart.`,
  ];
  return found.filter((sentence) => sentence !== false);
}

function unknownPoint({ calls, rolled, input }: Annotation): string | false {
  const unknown = Array.from(rolled.place).filter((place) => rolled.types[place] === UNKNOWN).length;
  if (unknown / input.cells <= MANY_UNKNOWN) return false;
  return `${count(unknown)} cells (${
    percent(unknown / input.cells, 0)
  }) are unknown: they resemble none of the ` +
    `${calls.types.length} types that can be called; look at where they lie on the map and at their genes.`;
}

/** A reference says itself what is usual; without one, half of all cells are expected to have a cosine above 0.5. */
function noveltyPoint({ calls, reference }: Annotation): string | false {
  const usual = reference?.heldOut.novelty90 ?? 0.5;
  const here = median([...calls.novelty]);
  if (here <= usual) return false;
  const than = reference
    ? `than nine in ten of the reference's own held-out cells (${usual.toFixed(2)})`
    : `than ${usual}`;
  return `Half of the cells are more novel (median ${here.toFixed(2)}) ${than}: ` +
    `their types may be missing from what can be called, or they were measured in another way.`;
}
