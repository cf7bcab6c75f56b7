export * from "./csv.ts";
export * from "./download.ts";
export * from "./go.ts";
export * from "./h5ad/annotate.ts";
export * from "./h5ad/elements.ts";
export * from "./h5ad/open.ts";
export type { Column, Columns, Uns, UnsDict } from "./h5ad/put.ts";
export type { H5adContent, MatrixContent } from "./h5ad/write.ts";
export { writeH5ad } from "./h5ad/write.ts";
export * from "./hub.ts";
export * from "./memory.ts";
export { openMatrixMarket } from "./mtx.ts";
export * from "./open.ts";
export * from "./r/mod.ts";
export * from "./registry.ts";
export { decodeSafetensors, encodeSafetensors, readSafetensors, type Safetensors } from "./safetensors.ts";
export * from "./simulate/mod.ts";
export * from "./sparse.ts";
export * from "./tensor_file.ts";
export {
  DTYPE_BYTES,
  elementsOf,
  type LazyTensor,
  type StoredTensor,
  type TensorDtype,
} from "./tensor_types.ts";
export * from "./text_file.ts";
export * from "./torch/mod.ts";
export * from "./types.ts";
export * from "./values.ts";
