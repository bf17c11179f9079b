import { expect, test } from 'vitest';
import { createNoiseSchedule, type NoiseScheduleConfig } from '../noise-schedule/index.ts';
import { readDiffusersFlowScheduler, readDiffusersScheduler } from './scheduler-config.ts';
import { type DiffusersScheduleOptions, writeDiffusersScheduler } from './write-scheduler.ts';

const linear: NoiseScheduleConfig = { kind: 'linear', timesteps: 20 };
const alphasOf = (config: NoiseScheduleConfig) => [...createNoiseSchedule(config).alphasCumprod];

const schedules: NoiseScheduleConfig[] = [
  { kind: 'linear', timesteps: 20, betaStart: 1e-3, betaEnd: 0.3 },
  { kind: 'scaled-linear', timesteps: 20, rescaleBetasZeroSnr: true },
  { kind: 'cosine', timesteps: 20 },
  { kind: 'cosine', timesteps: 20, maxBeta: 0.5 },
  { kind: 'sigmoid', timesteps: 20, betaEnd: 0.2 },
  { kind: 'laplace', timesteps: 20 },
  { betas: [0.1, 0.2, 0.7], rescaleBetasZeroSnr: true },
];

test.each(['ddim', 'ddpm'] as const)('%s: every schedule comes back with the same numbers', (sampler) => {
  for (const schedule of schedules) {
    const read = readDiffusersScheduler(writeDiffusersScheduler({ sampler, schedule }));
    expect(alphasOf(read.schedule)).toEqual(alphasOf(schedule));
    expect(read.schedule.rescaleBetasZeroSnr).toBe(schedule.rescaleBetasZeroSnr ?? false);
  }
});

test('what a class of diffusers knows by name is named, the rest is written out as betas', () => {
  const named = (sampler: 'ddim' | 'ddpm', schedule: NoiseScheduleConfig) => {
    const json = writeDiffusersScheduler({ sampler, schedule });
    return json.trained_betas === null ? json.beta_schedule : 'written out';
  };
  expect(schedules.map((schedule) => named('ddim', schedule))).toEqual([
    'linear',
    'scaled_linear',
    'squaredcos_cap_v2',
    'written out',
    'written out',
    'written out',
    'written out',
  ]);
  expect(named('ddpm', schedules[4]!)).toBe('sigmoid');
  expect(named('ddpm', schedules[5]!)).toBe('laplace');
});

test('every option comes back', () => {
  const options: DiffusersScheduleOptions = {
    schedule: linear,
    predictionType: 'v',
    clipDenoised: false,
    clipRange: 2,
    timestepSpacing: 'leading',
    stepsOffset: 1,
    setAlphaToOne: false,
  };
  expect(readDiffusersScheduler(writeDiffusersScheduler(options))).toMatchObject({
    sampler: 'ddim',
    predictionType: 'v',
    clipDenoised: false,
    clipRange: 2,
    ddim: { timestepSpacing: 'leading', stepsOffset: 1, setAlphaToOne: false },
  });
  for (const variance of ['fixed-small', 'fixed-small-log', 'fixed-large'] as const) {
    const json = writeDiffusersScheduler({
      sampler: 'ddpm',
      schedule: linear,
      variance,
      predictionType: 'sample',
    });
    expect(readDiffusersScheduler(json)).toMatchObject({
      sampler: 'ddpm',
      predictionType: 'sample',
      ddpm: { variance },
    });
  }
  const learned = writeDiffusersScheduler({
    sampler: 'ddpm',
    schedule: linear,
    varianceType: 'learned-range',
  });
  expect(learned.variance_type).toBe('learned_range');
  const flow = writeDiffusersScheduler({ sampler: 'flow-euler', shift: 3, timesteps: 500 });
  expect(readDiffusersFlowScheduler(flow)).toEqual({
    predictionType: 'flow',
    flow: { shift: 3, timesteps: 500, sigmaSpacing: 'sigma-min' },
  });
});

test('what diffusers cannot be told is refused by name', () => {
  const refused: [unknown, RegExp][] = [
    [{ schedule: linear, predictionType: 'flow' }, /predictionType: .*no flow prediction/],
    [{ schedule: linear, varianceType: 'learned' }, /varianceType: DDIMScheduler takes no learned variance/],
    [{ sampler: 'flow-euler', predictionType: 'epsilon' }, /predictionType/],
    [{ sampler: 'flow-euler', schedule: linear }, /schedule/],
    [{ sampler: 'euler', schedule: linear }, /sampler/],
    [{ schedule: linear, clipRange: 0 }, /clipRange/],
    [{ schedule: linear, clipSample: true }, /clipSample/],
    [{ schedule: { kind: 'linear', timesteps: 0 } }, /timesteps/],
  ];
  for (const [options, message] of refused) {
    expect(() => writeDiffusersScheduler(options as DiffusersScheduleOptions), String(message)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^E_(CONFIG|UNKNOWN_OPTION)$/),
        message: expect.stringMatching(message),
      }),
    );
  }
});
