import { describeBound, describeFigure } from '../quality-table.ts';
import type { CheckResult, SuiteResult, Triple } from '../suite-result.ts';
import { dotPlot } from './dot-plot.ts';
import { html, type Markup } from './markup.ts';

/** One check with what every seed gave. `results` are of one suite, by seed. */
export function checkRow(name: string, results: readonly SuiteResult[]): Markup {
  const found = results.flatMap((result) => {
    const check = result.checks.find((each) => each.name === name);
    return check ? [{ result, check }] : [];
  });
  const { check, result } = found[0]!;
  const isPassed = found.every((each) => each.check.pass);
  const values = found.map(
    ({ check: { value, pass } }) =>
      html`<span class="${pass ? 'figure' : 'figure fail'}">${describeFigure(value)}</span> `,
  );
  const reasons = new Set(found.flatMap(({ result }) => result.reasons[name] ?? []));
  return html`<tr>
<td class="line">${check.id} ${check.kind}</td>
<td>${name}${purpose(result.controls[name])}${[...reasons].map((reason) => html`<span class="reason">${reason}</span>`)}</td>
<td class="number bound" data-label="must be">${describeBound(check, result.controls[name])}</td>
<td class="number" data-label="measured">${values}</td>
<td>${dotPlot({ ...dotsOf(check, found), threshold: check.threshold })}</td>
<td class="${isPassed ? 'pass' : 'fail'}">${isPassed ? 'passed' : 'failed'}</td>
</tr>`;
}

function purpose(control: SuiteResult['controls'][string] | undefined): readonly Markup[] {
  if (control === undefined) return [];
  const text =
    'breaks' in control
      ? `a broken variant must fail “${control.breaks}”`
      : `the monitor ${control.monitor} must fire on a broken variant; the figure is how often it did`;
  return [html`<span class="reason">${text}</span>`];
}

/** The calibrated runs; before a calibration, the seeds that were measured. */
function dotsOf(check: CheckResult, found: readonly { result: SuiteResult }[]) {
  const measured = (side: 'healthy' | 'broken') =>
    numbers(found.map(({ result }) => result.figures[check.name]?.[side] ?? null));
  const calibrated = (triple: Triple, side: 'healthy' | 'broken') =>
    numbers(triple).length > 0 ? numbers(triple) : measured(side);
  return { healthy: calibrated(check.healthy, 'healthy'), broken: calibrated(check.broken, 'broken') };
}

function numbers(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
