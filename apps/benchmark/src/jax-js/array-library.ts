/** The parts of @jax-js/jax that are used here: it is not needed to build or run anything else. */
export interface ArrayLibrary {
  init(device: string): Promise<readonly string[]>;
  defaultDevice(device: string): unknown;
  jit<Args extends JaxArray[]>(compute: (...args: Args) => JaxArray): (...args: Args) => JaxArray;
  vjp(compute: (x: JaxArray) => JaxArray, primals: [JaxArray]): [JaxArray, (dy: JaxArray) => [JaxArray]];
  readonly numpy: {
    array(values: Float32Array): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    zeros(shape: readonly number[]): JaxArray;
  };
  readonly lax: {
    convGeneralDilated(
      x: JaxArray,
      filter: JaxArray,
      strides: number[],
      padding: [number, number][],
    ): JaxArray;
  };
}

/** Every use takes the array over; `ref` keeps it. */
export interface JaxArray {
  readonly ref: JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  transpose(axes?: readonly number[]): JaxArray;
  data(): Promise<Float32Array>;
  blockUntilReady(): Promise<JaxArray>;
  dispose(): void;
}

/** Throws where the package is not installed or does not run here. */
export async function loadArrayLibrary(): Promise<ArrayLibrary> {
  // It asks for the navigator, which Node 20 does not have.
  (globalThis as { navigator?: unknown }).navigator ??= {};
  const library = (await import('@jax-js/jax')) as unknown as ArrayLibrary;
  await library.init('wasm');
  library.defaultDevice('wasm');
  return library;
}
