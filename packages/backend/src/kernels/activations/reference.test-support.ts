type Rule = (x: number, alpha: number) => number;

const sigmoid: Rule = (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const step: Rule = (x, alpha) => (Number.isNaN(x) ? x : x > 0 ? 1 : alpha);

/** Each activation in float64, with its derivative. */
export const references: Readonly<Record<string, { value: Rule; slope?: Rule }>> = {
  abs: { value: Math.abs },
  elu: { value: (x) => (x > 0 ? x : Math.expm1(x)), slope: (x) => (x > 0 ? 1 : Math.exp(x)) },
  exp: { value: Math.exp, slope: Math.exp },
  leakyRelu: { value: (x, alpha) => x * step(x, alpha), slope: step },
  log: { value: Math.log },
  neg: { value: (x) => -x },
  reciprocal: { value: (x) => 1 / x },
  relu: { value: (x) => Math.max(x, 0), slope: (x) => step(x, 0) },
  rsqrt: { value: (x) => 1 / Math.sqrt(x) },
  sigmoid: { value: sigmoid, slope: (x, alpha) => sigmoid(x, alpha) * sigmoid(-x, alpha) },
  silu: {
    value: (x, alpha) => x * sigmoid(x, alpha),
    slope: (x, alpha) => sigmoid(x, alpha) * (1 + x * sigmoid(-x, alpha)),
  },
  softplus: { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: sigmoid },
  sqrt: { value: Math.sqrt },
  square: { value: (x) => x * x },
  step: { value: step },
  tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
};

/** Distance from the true value in units of float32's last place there. */
export function unitsInLastPlace(got: number, expected: number): number {
  const rounded = Math.fround(expected);
  if (Object.is(got, rounded) || got === rounded) return 0;
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(expected), 2 ** -126)));
  return Math.abs(got - expected) / 2 ** (exponent - 23);
}
