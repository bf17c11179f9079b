import type { Model, VerdictEvent } from '@tintype/core-tensor';
import { cfgMnist, ddpmMnist, ganMnist, type Recipe, vaeMnist } from '@tintype/recipes';
import { type CheckDefinition, defineSuite, type SuiteContext } from '../quality-suite.ts';
import { digitFaults } from './monitors/digit-faults.ts';
import { measureMonitorCost } from './monitors/monitor-cost.ts';
import { smallSystems } from './monitors/small-cases.ts';
import { watchTraining } from './monitors/small-training.ts';

const steps = 750;
const healthyRecipes = [
  { recipe: ganMnist, steps },
  { recipe: vaeMnist, steps },
  { recipe: ddpmMnist, steps: 500 },
  { recipe: cfgMnist, steps: 500 },
] as const;

/** Systems that no recipe trains yet; points stand in for pictures. */
const standIns = smallSystems.filter(({ name }) => /quantiser|there and back/.test(name));
const standInFaults = standIns.flatMap(({ faults }) => faults);

const costName = 'monitors cost at most 2 % of the time of a step';

/** Every verdict, its fault and the steps within which it must come. */
const faults = [...digitFaults, ...standInFaults].map(({ name, verdict, steps: within }) => ({
  name,
  verdict,
  within,
  isQuick: standInFaults.some((each) => each.verdict === verdict),
}));
const isSilent = (verdict: string) => `${verdict} is silent on healthy trainings`;
const fires = ({ verdict, within, name }: (typeof faults)[number]) =>
  `${verdict} within ${within} steps: ${name}`;

const checks: readonly CheckDefinition[] = [
  ...faults.map(
    ({ verdict, isQuick }): CheckDefinition => ({
      id: 'A8',
      name: isSilent(verdict),
      kind: 'D',
      direction: '<=',
      threshold: 0,
      ...(isQuick && { quickThreshold: 0 }),
    }),
  ),
  ...faults.map(
    (fault): CheckDefinition => ({
      id: 'A8',
      name: fires(fault),
      kind: 'N',
      monitor: fault.verdict,
      isQuick: fault.isQuick,
    }),
  ),
  { id: 'A8', name: costName, kind: 'D', direction: '<=', threshold: 0.02 },
];

/**
 * The instruments themselves: what the recipes' own monitors say of healthy trainings, whether each finds the fault that it is
 * for, and what they cost. A silent monitor's figure is the number of its verdicts, with the fault's beside it; the
 * cost is held against that of looking after every step.
 */
export const monitorsSuite = defineSuite({
  name: 'monitors',
  system: 'monitors',
  description: 'Twelve monitors: silent on healthy trainings, firing on their faults, and what they cost',
  steps,
  /** The stand-ins alone, which have lengths of their own. */
  quick: { steps: 1 },
  checks,
  async measure(context) {
    const healthy = await watchHealthy(context);
    const found = await watchBroken(context);
    for (const fault of faults.filter((each) => context.isAsked(isSilent(each.verdict)))) {
      const figures = {
        healthy: healthy.filter(({ verdict }) => verdict === fault.verdict).length,
        broken: found.get(fault.verdict)!.filter(({ step }) => step <= fault.within).length,
      };
      context.report(isSilent(fault.verdict), figures);
      context.report(fires(fault), figures);
      const first = found.get(fault.verdict)![0];
      if (first) context.fact(`${fault.verdict}: first at step`, first.step);
    }
  },
});

/** Trains what is well, measures the cost on it, and gives every verdict. */
async function watchHealthy(context: SuiteContext): Promise<readonly VerdictEvent[]> {
  const verdicts: VerdictEvent[] = [];
  const shares: number[] = [];
  const sharesAtEveryStep: number[] = [];
  for (const { recipe, steps: length } of context.isQuick ? [] : healthyRecipes) {
    const trained = await context.train(recipe as unknown as Recipe<object, Model>, {
      variant: `healthy-${recipe.name}`,
      steps: length,
    });
    verdicts.push(...trained.verdicts);
    const cost = await measureMonitorCost(trained, context);
    trained.dispose();
    shares.push(cost.share);
    sharesAtEveryStep.push(cost.shareAtEveryStep);
    context.fact(`${recipe.name}: share of step time`, cost.share);
    context.fact(`${recipe.name}: ms a step`, cost.stepMs);
    for (const [name, ms] of Object.entries(cost.checkMs))
      context.fact(`${recipe.name}: ms a check of ${name}`, ms);
  }
  for (const { create, steps: length } of standIns) {
    const { rng, signal } = context;
    verdicts.push(...(await watchTraining(create(rng), { steps: length, rng, signal })));
  }
  for (const { verdict, step } of verdicts) context.note(`healthy training: ${verdict} at step ${step}`);
  if (!context.isQuick)
    context.report(costName, { healthy: Math.max(...shares), broken: Math.min(...sharesAtEveryStep) });
  return verdicts;
}

/** The verdicts of each fault, by the one that it must cause. */
async function watchBroken(context: SuiteContext): Promise<ReadonlyMap<string, readonly VerdictEvent[]>> {
  const found = new Map<string, readonly VerdictEvent[]>();
  const keep = (verdict: string, all: readonly VerdictEvent[]) =>
    found.set(
      verdict,
      all.filter((event) => event.verdict === verdict),
    );
  for (const { verdict, steps: within, train } of context.isQuick ? [] : digitFaults)
    keep(verdict, await train(context, within));
  for (const { verdict, steps: within, create } of standInFaults) {
    const { rng, signal } = context;
    keep(verdict, await watchTraining(create(rng), { steps: within, rng, signal, until: verdict }));
  }
  return found;
}
