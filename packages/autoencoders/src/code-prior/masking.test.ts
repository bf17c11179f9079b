import { createParameters, createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { createGatedLayer } from './gated-layer.ts';
import { architectures, createTinyPrior } from './tiny-code-prior.test-support.ts';
import { createTransformerBlock } from './transformer-block.ts';

const [side, channels] = [4, 6];
const places = side * side;

/** [1, side, side, channels] → the same; place i is allowed to know the places before it. */
type Network = (x: tf.Tensor4D) => tf.Tensor4D;

/** Places whose output has a gradient by their own input or a later one, and those that have none by an earlier one. */
function tracePlaces(network: Network): { peeking: number[]; blind: [place: number, unseen: number][] } {
  const x = createRandomStream('trace').normal<tf.Rank.R4>([1, side, side, channels]);
  const peeking = new Set<number>();
  const blind: [number, number][] = [];
  for (let place = 0; place < places; place++) {
    const slopes = tf.tidy(() => {
      const output = (input: tf.Tensor) =>
        network(input as tf.Tensor4D)
          .reshape([places, channels])
          .slice([place, 0], [1, channels])
          .sum();
      return [...tf.grad(output)(x).abs().reshape([places, channels]).sum(1).dataSync()];
    });
    for (const [other, slope] of slopes.entries()) {
      if (other >= place && slope !== 0) peeking.add(place);
      if (other < place && slope === 0) blind.push([place, other]);
    }
  }
  x.dispose();
  return { peeking: [...peeking], blind };
}

/** So many gated layers, the first with this mask. */
function traceGatedLayers(firstMask: 'A' | 'B', depth = 4) {
  const { scope, dispose } = createParameters(createRandomStream(1));
  const masks = Array.from({ length: depth }, (_, i) => (i === 0 ? firstMask : 'B'));
  const layers = masks.map((mask, i) =>
    createGatedLayer(scope.child(`layers.${i}`), {
      inChannels: channels,
      channels,
      kernelSize: 3,
      mask,
      numClasses: null,
    }),
  );
  const traced = tracePlaces((x) => {
    const start = { vertical: x, horizontal: x };
    return layers.reduce((stacks, layer) => layer(stacks), start).horizontal;
  });
  dispose();
  return traced;
}

/** A transformer block on tokens that are shifted by one, or not, with attention that is causal, or not. */
function traceBlock({ causal, shift }: { causal: boolean; shift: boolean }) {
  const { scope, dispose } = createParameters(createRandomStream(1));
  const block = createTransformerBlock(scope, { channels, heads: 2, causal });
  const start = tf.ones<tf.Rank.R3>([1, 1, channels]);
  const traced = tracePlaces((x) => {
    const tokens = x.reshape<tf.Tensor3D>([1, places, channels]);
    const shifted = tf.concat3d([start, tokens.slice([0, 0, 0], [1, places - 1, channels])], 1);
    return block(shift ? shifted : tokens).reshape([1, side, side, channels]);
  });
  start.dispose();
  dispose();
  return traced;
}

describeOnBackends('masking', () => {
  const all = Array.from({ length: places }, (_, i) => i);

  test('gated layers: a place depends on every place before it, and on none from itself on', () => {
    expect(traceGatedLayers('A')).toEqual({ peeking: [], blind: [] });
  });

  test('with mask B in the first layer every place sees itself', () => {
    expect(traceGatedLayers('B').peeking).toEqual(all);
  });

  test('one layer alone is blind to places that are further away than its kernel', () => {
    const { peeking, blind } = traceGatedLayers('A', 1);
    expect(peeking).toEqual([]);
    expect(blind).toContainEqual([places - 1, 0]);
  });

  test('a transformer block: a place depends on every place before it, and on none from itself on', () => {
    expect(traceBlock({ causal: true, shift: true })).toEqual({ peeking: [], blind: [] });
  });

  test('without the causal mask, or without the shift, places see what they should not', () => {
    // The last place is the only one without a later one, and its own code is not among the tokens.
    expect(traceBlock({ causal: false, shift: true }).peeking).toEqual(all.slice(0, -1));
    expect(traceBlock({ causal: true, shift: false }).peeking).toEqual(all);
  });

  for (const architecture of architectures) {
    test(`${architecture}: changing a code changes no logits up to its place, bit for bit, and those after it`, () => {
      const model = createTinyPrior({ architecture, layers: 3 });
      const grid = [2, 0, 1, 4, 3, 3, 1, 0, 2];
      const logitsOf = (codes: number[]) =>
        tf.tidy(() => [...model.logits(tf.tensor3d(codes, [1, 3, 3], 'int32')).dataSync()]);
      const before = logitsOf(grid);
      for (let place = 0; place < 9; place++) {
        const after = logitsOf(grid.map((code, i) => (i === place ? (code + 1) % 5 : code)));
        const changed = Array.from({ length: 9 }, (_, i) =>
          before.slice(5 * i, 5 * i + 5).some((value, k) => value !== after[5 * i + k]),
        );
        expect(changed).toEqual(changed.map((_, i) => i > place));
      }
      model.dispose();
    });

    test(`${architecture}: the first rows alone give the logits of the first rows`, () => {
      const model = createTinyPrior({ architecture });
      tf.tidy(() => {
        const codes = createRandomStream(2).integers<tf.Rank.R3>([2, 3, 3], 0, 5);
        const whole = model.logits(codes).slice([0, 0, 0, 0], [2, 2, 3, 5]);
        expect(model.logits(codes.slice([0, 0, 0], [2, 2, 3]))).toBeAllClose(whole);
      });
      model.dispose();
    });
  }
});
