export { badValueError, findBad } from "./check.ts";
export { type DetectOptions, detectValues } from "./detect.ts";
export {
  ASKABLE_VALUES,
  type AskedValues,
  type DetectedValues,
  VALUE_KINDS,
  type ValueKind,
} from "./kinds.ts";
export { type Log1pOptions, readLog1p, toLog1p } from "./log1p.ts";
