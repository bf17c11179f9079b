import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackendName } from '../device/backend-info.ts';
import { TintypeError } from '../errors/tintype-error.ts';
import { loadReferenceJson } from '../testing/load-reference-json.ts';
import { checkOrder, type GradientCase } from './gradient-check.test-support.ts';
import { installCorrections, uninstall } from './install.ts';

const { cases } = loadReferenceJson<{ cases: GradientCase[] }>('gradients/cases.json');
const rows = cases.map((gradientCase) => [gradientCase.name, gradientCase] as const);
const orders = [1, 2] as const;

/** Every reference case against finite differences, and tfjs without corrections as the negative control. */
export function describeCases(backend: BackendName): void {
  describe('corrected', () => {
    test.each(rows)(
      '%s: both derivatives are right, or refused where they may be',
      async (_name, gradientCase) => {
        for (const order of orders) {
          const requirement = order === 1 ? gradientCase.firstOrder : gradientCase.secondOrder;
          const result = await outcome(gradientCase, order);
          if (requirement === 'right-or-refuse' && result === 'refused') continue;
          expect(`order ${order}: ${result}`).toBe(`order ${order}: right`);
        }
      },
    );
  });

  describe('without corrections', () => {
    beforeAll(() => uninstall());
    afterAll(() => installCorrections(backend));

    test.each(rows)('%s: the check sees what tfjs gets wrong', async (_name, gradientCase) => {
      for (const order of orders) {
        const stock = gradientCase.stock[backend]![order - 1]!;
        // 'ok' is not held against tfjs: its wasm maxPool, say, is right only where values are positive.
        if (stock !== 'wrong' && stock !== 'error') continue;
        const result = await outcome(gradientCase, order);
        expect(`order ${order}: ${result}`).toMatch(new RegExp(`: ${stock}`));
      }
    });
  });
}

/** What one order of one case does: right, wrong, refused with the typed error, or another error. */
async function outcome(gradientCase: GradientCase, order: 1 | 2): Promise<string> {
  try {
    const { isRight, analytic, numeric } = await checkOrder(gradientCase, order);
    return isRight ? 'right' : `wrong, ${analytic} where the difference is ${numeric}`;
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'E_GRADIENT_UNSUPPORTED') return 'refused';
    return `error, ${String(error)}`;
  }
}
