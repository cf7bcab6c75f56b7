import { fileError } from "../../../runtime/mod.ts";
import { readRange } from "../file_range.ts";
import {
  DTYPE_BYTES,
  elementsOf,
  type LazyTensor,
  type StoredTensor,
  type TensorDtype,
  widen,
} from "../tensor_types.ts";

/** A storage as a pickle names it: its numbers lie elsewhere in the file. */
export interface StorageRecord {
  readonly key: string;
  readonly dtype: TensorDtype;
  /** Of the whole storage, in elements of its own dtype. */
  readonly elements: number;
  /** Offset of the view that the pickle names, in elements. */
  readonly first: number;
}

/** Layout of a tensor in its storage; offset and strides in elements. */
export interface TensorLayout {
  readonly dtype: TensorDtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** An expanded tensor (stride 0) may have more elements than its storage, but not so many that they fill the memory. */
const MAX_EXPANDED = 1 << 24;
/** Maximum number of dimensions, PyTorch's own limit. */
const MAX_DIMENSIONS = 64;

/** A tensor as a pickle describes it, checked against its storage. */
export class TensorRecord {
  readonly layout: TensorLayout;
  /** One past the last element of the storage that the tensor has. */
  readonly #end: number;

  /** @throws {KcellfmError} tag "file", when it does not lie inside its storage. */
  constructor(readonly storage: StorageRecord, { layout, where }: { layout: TensorLayout; where: string }) {
    const offset = layout.offset + storage.first;
    this.layout = { ...layout, offset };
    const capacity = Math.floor(storage.elements * DTYPE_BYTES[storage.dtype] / DTYPE_BYTES[layout.dtype]);
    this.#end = endOf(this.layout);
    const elements = elementsOf(layout.shape);
    const fits = layout.shape.length === layout.strides.length && layout.shape.length <= MAX_DIMENSIONS &&
      this.#end <= capacity && elements <= Math.max(capacity, MAX_EXPANDED);
    if (!fits) {
      throw fileError(
        `Cannot read ${where}: a tensor [${layout.shape}] with strides [${layout.strides}] from element ${offset} ` +
          `does not lie in its storage of ${capacity}; the file is damaged`,
      );
    }
  }

  /** The tensor once it is known where the storage starts in the file. */
  lazy(path: string, start: number): LazyTensor {
    const { dtype, shape, strides, offset } = this.layout;
    const width = DTYPE_BYTES[dtype];
    const range = { start: start + offset * width, length: (this.#end - offset) * width };
    return {
      dtype,
      shape,
      place: `${range.start}/${dtype}/${shape}/${strides}`,
      read: () => {
        const span = widen(readRange(path, range), { dtype, where: path });
        return { dtype, shape, data: isContiguous(this.layout) ? span : gather(span, this.layout) };
      },
    };
  }
}

function endOf({ offset, shape, strides }: TensorLayout): number {
  if (shape.includes(0)) return offset;
  return shape.reduce((last, size, d) => last + (size - 1) * strides[d], offset) + 1;
}

/** Row-major without gaps; the stride of a dimension of size 1 does not matter. */
function isContiguous({ shape, strides }: TensorLayout): boolean {
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) return false;
    expected *= shape[d];
  }
  return true;
}

/** The elements in row-major order; `span` starts at the tensor's first. */
function gather(span: StoredTensor["data"], { shape, strides }: TensorLayout): StoredTensor["data"] {
  const out = emptyLike(span, elementsOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = span[from];
    for (let d = shape.length - 1; d >= 0; d--) { // count on, the last dimension first
      from += strides[d];
      if (++index[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return out;
}

function emptyLike(data: StoredTensor["data"], length: number): StoredTensor["data"] {
  if (data instanceof Float32Array) return new Float32Array(length);
  return data instanceof Int32Array ? new Int32Array(length) : new Uint8Array(length);
}
