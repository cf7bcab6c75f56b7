/** `sumOverGroup(v)`: the sum of what each thread of a workgroup brings, given to all of them. */
export const SUM_OVER_GROUP = `
  var<workgroup> parts : array<vec4<f32>, THREADS>;
  fn sumOverGroup(value : vec4<f32>) -> vec4<f32> {
    let lane = i32(localIndex);
    parts[lane] = value;
    workgroupBarrier();
    for (var half = THREADS / 2; half > 0; half = half / 2) {
      if (lane < half) { parts[lane] = parts[lane] + parts[lane + half]; }
      workgroupBarrier();
    }
    let sum = parts[0];
    workgroupBarrier();
    return sum;
  }
`;

/** `sigmoid(x)`, `silu(x)` and `siluSlope(x)`; the exponential is kept from overflowing. */
export const SILU = `
  fn sigmoid(x : f32) -> f32 { return 1.0 / (1.0 + exp(-max(x, -80.0))); }
  fn silu(x : f32) -> f32 { return x * sigmoid(x); }
  fn siluSlope(x : f32) -> f32 {
    let s = sigmoid(x);
    return s * (1.0 + x * (1.0 - s));
  }
`;

/** `addAtomic(at, v)`: adds to a result of an atomic program; WGSL itself can only do so for integers. */
export const ADD_ATOMIC = `
  fn addAtomic(at : i32, value : f32) {
    var old = atomicLoad(&result[at]);
    loop {
      let answer = atomicCompareExchangeWeak(&result[at], old, bitcast<i32>(bitcast<f32>(old) + value));
      if (answer.exchanged) { break; }
      old = answer.old_value;
    }
  }
`;
