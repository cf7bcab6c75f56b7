export * from "./checkpoint.ts";
export { isTensor, type TorchValue } from "./tree.ts";
