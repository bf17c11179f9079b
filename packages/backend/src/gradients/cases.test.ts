import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TintypeError } from '../errors/tintype-error.ts';
import { tf } from '../tf.ts';
import { checkOrder, type GradientCase } from './gradient-check.ts';
import { installCorrections, uninstall } from './install.ts';

const path = new URL('../../../../fixtures/reference/gradients/cases.json', import.meta.url);
const cases = (JSON.parse(readFileSync(path, 'utf8')) as { cases: GradientCase[] }).cases;

/** What one order of one case does: right, wrong, refused with the typed error, or another error. */
export async function outcome(gradientCase: GradientCase, order: 1 | 2): Promise<string> {
  try {
    const { isRight, analytic, numeric } = await checkOrder(gradientCase, order);
    return isRight ? 'right' : `wrong: ${analytic} where the difference is ${numeric}`;
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'E_GRADIENT_UNSUPPORTED') return 'refused';
    return `error: ${String(error)}`;
  }
}

for (const backend of ['cpu', 'wasm'] as const) {
  describe(`on ${backend}`, () => {
    beforeAll(async () => {
      await import('@tensorflow/tfjs-backend-wasm');
      await tf.setBackend(backend);
      installCorrections(backend);
    });
    afterAll(() => uninstall());

    test.each(cases.map((gradientCase) => [gradientCase.name, gradientCase] as const))(
      '%s: both derivatives match finite differences',
      async (_name, gradientCase) => {
        for (const order of [1, 2] as const) {
          const requirement = order === 1 ? gradientCase.firstOrder : gradientCase.secondOrder;
          const result = await outcome(gradientCase, order);
          if (requirement === 'right-or-refuse' && result === 'refused') continue;
          expect(`order ${order} ${result}`).toBe(`order ${order} right`);
        }
      },
    );
  });
}
