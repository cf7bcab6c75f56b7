export { decodeSafetensors, encodeSafetensors, readSafetensors, type Safetensors } from "./safetensors.ts";
export * from "./tensor_file.ts";
export {
  DTYPE_BYTES,
  elementsOf,
  type LazyTensor,
  type StoredTensor,
  type TensorDtype,
} from "./tensor_types.ts";
export * from "./torch/mod.ts";
