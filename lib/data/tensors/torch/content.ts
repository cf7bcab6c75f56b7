/** PyTorch's layout of the file: the zip of 1.6 and later, or the form before it. */
export type TorchForm = "torch zip" | "torch legacy";

/** The largest pickle we take into memory; that of a state dict has about 150 bytes a tensor. */
export const MAX_PICKLE = 1 << 24;

/** Contents of a file of either form: the saved value, and the start of its storages. */
export interface TorchContent {
  /** Maps, arrays, numbers, text and `TensorRecord`s. */
  readonly value: unknown;
  /** Position in the file of the first byte of the storage that a tensor of `value` names. */
  startOf(key: string): number;
}
