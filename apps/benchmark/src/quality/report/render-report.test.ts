import { expect, test } from 'vitest';
import type { QualitySuite } from '../quality-suite.ts';
import { qualitySuites } from '../quality-suites.ts';
import { describeResults } from '../quality-table.ts';
import type { ResultStore } from '../result-store.ts';
import type { SuiteResult } from '../suite-result.ts';
import { createTinySuite } from '../tiny-suite.test-support.ts';
import { renderReport } from './render-report.ts';

const name = createTinySuite().checks[0]!.name;
const hostile = '<script>alert("1")</script>';

function resultOf(seed: number, changes: Partial<SuiteResult> = {}): SuiteResult {
  return {
    ...{ suite: 'tiny', system: 'vae', seed, steps: 60, isQuick: false, pass: true },
    checks: [
      {
        ...{ id: '9.3', name, kind: 'D', direction: '<=', value: 0.0041, threshold: 0.12, pass: true },
        healthy: [0.004, 0.005, 0.006],
        broken: [0.23, 0.22, 0.24],
      },
    ],
    controls: {},
    reasons: {},
    figures: { [name]: { healthy: 0.0041, broken: 0.23 } },
    facts: { 'FID-LeNet network': '0123456789abcdef', 'healthy: FID-LeNet n': 2000, 'kl at β = 4': 12.3 },
    notes: [],
    grids: [{ name: 'samples', file: `seed-${seed}-samples.png` }],
    ...{ backend: 'wasm', threads: 2, trainedSteps: 120, seconds: 61, code: 'c0de' },
    ...{ commit: 'abc123', date: '2026-11-23T10:00:00.000Z' },
    ...changes,
  };
}

function render(results: readonly SuiteResult[] = [], suites: readonly QualitySuite[] = [createTinySuite()]) {
  const store = { listResults: () => results } as unknown as ResultStore;
  return renderReport(suites, store);
}

test('a check is shown with its value, threshold, both triples and the verdict in words', () => {
  const page = render([resultOf(0), resultOf(1)]);
  expect(page).toContain('<td class="pass">passed</td>');
  expect(page).toContain('≤ 0.12');
  expect(page.match(/<circle class="healthy"/g)).toHaveLength(3);
  expect(page.match(/<path class="broken"/g)).toHaveLength(3);
  expect(page).toContain('healthy 0.004, 0.005, 0.006; broken 0.23, 0.22, 0.24; threshold 0.12');
  for (const fact of [
    '0123456789abcdef',
    '2000',
    'c0de',
    'abc123',
    '2026-11-23',
    'wasm, threads: 2',
    '1 more figures',
    '12.3',
  ])
    expect(page).toContain(fact);
  expect(page).toContain('src="tiny/seed-0-samples.png"');
});

test('one failing seed fails the check, and the reason stands beside it', () => {
  const [check] = resultOf(1).checks;
  const failed = resultOf(1, {
    pass: false,
    checks: [{ ...check!, value: 0.2, pass: false }],
    reasons: { [name]: 'overlap: cannot be told apart' },
  });
  const page = render([resultOf(0), failed]);
  expect(page).toContain('<td class="fail">failed</td>');
  expect(page).toContain('overlap: cannot be told apart');
  expect(page).not.toContain('<td class="pass">');
});

test('text is escaped, and the page runs nothing and loads nothing from elsewhere', () => {
  const page = render([
    resultOf(0, {
      notes: [hostile],
      facts: { [hostile]: hostile },
      grids: [{ name: hostile, file: 'a b.png' }],
    }),
  ]);
  expect(page).not.toMatch(/<script/i);
  expect(page).not.toMatch(/(src|href)="https?:|@import|url\(/);
  expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)');
  expect(page).toContain('Slopes &amp; &lt;pictures&gt;');
  expect(page).toContain('src="tiny/a%20b.png"');
});

test('what is not measured or not calibrated is said, not drawn', () => {
  const [check] = resultOf(0).checks;
  const empty = { ...check!, value: null, threshold: null, pass: false };
  const unknown = { healthy: [null, null, null], broken: [null, null, null] } as const;
  const result = resultOf(0, {
    pass: false,
    checks: [{ ...empty, healthy: [...unknown.healthy], broken: [...unknown.broken] }],
    figures: { [name]: { healthy: null, broken: null } },
  });
  expect(render([result])).toContain('not measured');
  expect(render([result])).not.toContain('NaN');
  expect(render()).toContain('There are no results yet');
  expect(describeResults([result])).toMatch(/9\.3.*–.*FAILED/);
});

test('every acceptance line is listed, with its checks or as open', () => {
  const page = render();
  expect(page).toContain('vae: 2 of 4 lines have a check, not finished');
  expect(page).toContain('style-gan: 0 of 4 lines have a check, not finished');
  expect(page).toContain('none yet');
  expect(render([], qualitySuites)).toContain('vae: 4 of 4 lines have a check, finished');
});
