import { tf } from '@tintype/backend';
import { expect, test } from 'vitest';
import { createParameters } from '../parameters/create-parameters.ts';
import { fixed } from '../parameters/initializers.ts';
import { createRandomStream } from '../random/create-random-stream.ts';
import { loadReference } from '../testing/load-reference.ts';
import '../testing/to-be-all-close.ts';
import { createEma, type EmaOptions } from './create-ema.ts';
import { createEmaDecay } from './ema-decay.ts';

interface RecordedEma {
  kwargs: {
    decay: number;
    use_ema_warmup?: boolean;
    inv_gamma?: number;
    power?: number;
    update_after_step?: number;
    min_decay?: number;
  };
  get_decay: Record<string, number>;
  trace: { step: number; param: number[]; shadow: number[] }[];
}

/** The recorded EMAModel of diffusers, for the backend that is selected. */
export function defineEmaReference(): void {
  test("is diffusers' EMAModel over the recorded updates, in every variant", () => replay(0));

  test('with warm-up counted from one update later it is not', () =>
    expect(replay(1)).rejects.toThrow(/toBeAllClose/));
}

async function replay(later: number): Promise<void> {
  const records = await loadReference<RecordedEma[]>('schedulers/ema_model.json');
  expect(records.length).toBe(4);
  for (const record of records) {
    const options = optionsOf(record);
    const decayOf = createEmaDecay(options);
    for (const [update, decay] of Object.entries(record.get_decay)) {
      expect(decayOf(Number(update))).toBeCloseTo(decay, 12);
    }
    const { scope, parameters, dispose } = createParameters(createRandomStream(0));
    const values = record.trace[0]!.param;
    const weight = scope.create('weight', [values.length], { initializer: fixed(values) });
    const updateAfterStep = (options.updateAfterStep ?? 0) + later;
    const ema = createEma(parameters, { ...options, updateAfterStep });
    try {
      for (const { step, param, shadow } of record.trace) {
        tf.tidy(() => weight.assign(tf.tensor(param, weight.shape)));
        if (step > 0) ema.update();
        const average = ema.state.tensors().get('weight')!.tensor;
        await expect(average).toBeAllClose(shadow, { rtol: 1e-6, atol: 1e-6 });
      }
    } finally {
      ema.dispose();
      dispose();
    }
  }
}

function optionsOf({ kwargs }: RecordedEma): EmaOptions {
  const { use_ema_warmup, inv_gamma = 1, power = 2 / 3 } = kwargs;
  return {
    emaDecay: kwargs.decay,
    warmUp: use_ema_warmup ? { power, inverseGamma: inv_gamma } : 'ratio',
    updateAfterStep: kwargs.update_after_step ?? 0,
    minDecay: kwargs.min_decay ?? 0,
  };
}
