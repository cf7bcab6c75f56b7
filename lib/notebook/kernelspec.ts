/** Environment of every kernel of ours: no colour codes in outputs, room for real data sets. */
export const KERNEL_ENV = {
  NO_COLOR: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DENO_V8_FLAGS: "--max-old-space-size=6144",
} as const;
