import { registerWasm } from "./register.ts";

// A clone that shares its memory, as on tfjs's other backends. tfjs-wasm copies instead, and every tensor saved for a
// gradient is a clone. Sharing is safe because a kernel writes into an input only where nobody else holds it (adamw).
registerWasm("Identity", (engine, { x }) => engine.sharing(x));
