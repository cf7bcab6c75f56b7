import * as tf from "../../tensor/mod.ts";

/**
 * A clone that shares its memory, as on tfjs's other backends. tfjs-wasm copies instead, and every tensor saved for
 * a gradient is a clone. Sharing is safe because no kernel writes into its inputs.
 */
const share: tf.KernelFunc = ({ inputs, backend }) => {
  const { x } = inputs as { x: tf.TensorInfo };
  (backend as { incRef(dataId: object): void }).incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
};

tf.unregisterKernel("Identity", "wasm");
tf.registerKernel({ kernelName: "Identity", backendName: "wasm", kernelFunc: share });
