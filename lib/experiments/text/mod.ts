export { describeEstimate, estimateText } from "./estimate.ts";
export {
  prepareText,
  prepareTrial,
  scoreBaselines,
  scoreTrial,
  type TextRun,
  type TextSettings,
  type TextStart,
  trainText,
} from "./train.ts";
