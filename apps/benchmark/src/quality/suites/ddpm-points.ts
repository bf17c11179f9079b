import { ddpmPoints } from '@tintype/recipes';
import { defineSuite, type SuiteContext } from '../quality-suite.ts';
import { countedFromTheEnd, tellingTimesteps } from './tell-timesteps.ts';

const ring = 'energy distance ÷ that of as many real points';
const moons = 'two moons: energy distance ÷ that of as many real points';
const lostRing = 'a wrong ᾱ: the ring is not found';
const lostMoons = 'a wrong ᾱ: the moons are not found';

const evaluation = { count: 80 }; // pictures of 200 points

/** Acceptance line 11.5. */
export const ddpmPointsSuite = defineSuite({
  name: 'ddpm-points',
  system: 'ddpm',
  description: 'Denoising diffusion on points of the plane: a ring of eight Gaussians and two moons',
  steps: ddpmPoints.steps,
  checks: [
    { id: '11.5', name: ring, kind: 'D', direction: '<=', threshold: 2 },
    { id: '11.5', name: moons, kind: 'D', direction: '<=', threshold: 2 },
    { id: '11.8', name: lostRing, kind: 'N', breaks: ring },
    { id: '11.8', name: lostMoons, kind: 'N', breaks: moons },
  ],
  async measure(context) {
    await measureSet(context, 'ring', ring, lostRing);
    await measureSet(context, 'two-moons', moons, lostMoons);
  },
});

async function measureSet(
  context: SuiteContext,
  points: 'ring' | 'two-moons',
  shown: string,
  lost: string,
): Promise<void> {
  const startedAt = performance.now();
  const healthy = await context.train(ddpmPoints, { variant: points, changes: { points } });
  context.fact(`${points}: seconds of training, where it was not only loaded`, secondsSince(startedAt));
  const figures = await healthy.evaluate(evaluation);
  context.report(shown, { healthy: figures.energyRatio! });
  for (const [name, value] of Object.entries(figures)) context.fact(`${points}: ${name}`, value);
  const images = await ddpmPoints.preview(healthy.model, healthy.rng.fork('grid'), { count: 4 });
  await context.grid(points, images, 4);
  images.dispose();

  const misled = await context.train(ddpmPoints, {
    variant: `${points}-wrong-alpha`,
    changes: { points },
    steps: 1000,
    trainStep: (created) => tellingTimesteps(created, countedFromTheEnd(created.model.schedule.timesteps)),
  });
  const broken = await misled.evaluate(evaluation);
  context.report(lost, { broken: broken.energyRatio! });
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 100) / 10;
}
