import { tf } from '@tintype/backend';
import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import '../testing/to-be-all-close.ts';
import { createResnetBlock, type ResnetBlockOptions } from './resnet-block.ts';

/** A block whose every parameter but the time projection's is drawn, by name. */
function createDrawnBlock(options: Partial<ResnetBlockOptions>) {
  const { scope, parameters, dispose } = createParameters(createRandomStream(1));
  const block = createResnetBlock(scope, {
    inChannels: 4,
    outChannels: 6,
    timeChannels: null,
    normGroups: 2,
    normEpsilon: 1e-6,
    ...options,
  });
  for (const [name, { variable }] of parameters) {
    const isTime = name.startsWith('time_emb_proj');
    tf.tidy(() => {
      const drawn = createRandomStream(name).normal(variable.shape as [number], 0, 0.5);
      variable.assign(isTime ? tf.zerosLike(drawn) : drawn);
    });
  }
  return { block, parameters, dispose };
}

describeOnBackends('a residual block without time', () => {
  const x = () => createRandomStream('x').normal<tf.Rank.R4>([2, 4, 4, 4]);
  const time = () => createRandomStream('time').normal<tf.Rank.R2>([2, 3]);

  test('has no time projection and is a block whose time adds nothing', () => {
    const timeless = createDrawnBlock({});
    expect([...timeless.parameters.keys()].filter((name) => name.startsWith('time'))).toEqual([]);
    for (const timeConditioning of ['add', 'scale-shift'] as const) {
      const timed = createDrawnBlock({ timeChannels: 3, timeConditioning });
      expect(timeless.block(x())).toBeAllClose(timed.block(x(), time()), { rtol: 1e-6 });
      timed.dispose();
    }
    const other = createDrawnBlock({ normGroups: 1 });
    expect(timeless.block(x())).not.toBeAllClose(other.block(x()), { rtol: 1e-2 });
    other.dispose();
    timeless.dispose();
  });

  test('a time that a block does not know, or one that it lacks, is refused', () => {
    const timeless = createDrawnBlock({});
    const timed = createDrawnBlock({ timeChannels: 3 });
    expect(() => timeless.block(x(), time())).toThrow(/knows no time embedding/);
    expect(() => timed.block(x())).toThrow(
      expect.objectContaining({
        code: 'E_CONFIG',
        message: expect.stringMatching(/needs a time embedding/),
      }),
    );
    timed.dispose();
    timeless.dispose();
  });
});
