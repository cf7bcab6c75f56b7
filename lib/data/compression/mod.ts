export { unbzip2 } from "./bzip2.ts";
export { type Compression, compressionOf } from "./kinds.ts";
export { unxz } from "./xz.ts";
