/** The phases that experiments name, in the order of the cycle. */
export const PHASES = ["G1", "S", "G2M"] as const;
export type Phase = typeof PHASES[number];

/**
 * FUCCI angles at which G1, S and G2M begin, in radians: where the two reporters of the 888 cells of Hsiao et al. (2020,
 * Genome Research), each fitted by two harmonics of the angle, cross their mean. Green (geminin) rises above it when S
 * begins, red (CDT1) falls below it when G2M begins, and green falls below it when the daughters enter G1. No gene takes part.
 */
export const PHASE_STARTS: Readonly<Record<Phase, number>> = { G1: 0.76, S: 3.84, G2M: 5.51 };

const TURN = 2 * Math.PI;

/** The phase of a FUCCI angle, of any number of turns. */
export function phaseOfAngle(angle: number): Phase {
  const turned = ((angle % TURN) + TURN) % TURN;
  const begun = PHASES.filter((phase) => PHASE_STARTS[phase] <= turned);
  return begun.at(-1) ?? "G2M"; // before G1 begins the last turn's G2M is still on
}

/** The middle of each phase as an angle: where its cells are drawn on the circle. */
export const PHASE_CENTRES: Readonly<Record<Phase, number>> = {
  G1: (PHASE_STARTS.G1 + PHASE_STARTS.S) / 2,
  S: (PHASE_STARTS.S + PHASE_STARTS.G2M) / 2,
  G2M: ((PHASE_STARTS.G2M + PHASE_STARTS.G1 + TURN) / 2) % TURN,
};
