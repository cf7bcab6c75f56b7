import "./_entry_gradients.ts";
import "./_shape_gradients.ts";

export * from "@tensorflow/tfjs-core";
