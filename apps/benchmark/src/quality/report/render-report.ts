import type { QualitySuite } from '../quality-suite.ts';
import type { ResultStore } from '../result-store.ts';
import type { SuiteResult } from '../suite-result.ts';
import { acceptanceSection } from './acceptance-section.ts';
import { html, type Markup } from './markup.ts';
import { reportStyle } from './report-style.ts';
import { suiteSection, verdict } from './suite-section.ts';

interface Measured {
  readonly suite: QualitySuite;
  readonly results: readonly SuiteResult[];
}

/** One static page of every result in the folder: a function of the results alone. Pictures lie beside it. */
export function renderReport(suites: readonly QualitySuite[], store: ResultStore): string {
  const all = suites.map((suite) => ({ suite, results: store.listResults(suite.name, false) }));
  const measured = all.filter(({ results }) => results.length > 0);
  const open = all.filter(({ results }) => results.length === 0);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tintype: quality</title>
<style>${reportStyle}</style>
</head>
<body>
<h1>Quality suites</h1>
<p>Each suite trains a recipe for its fixed number of steps, measures it, and breaks it on purpose: a check counts only because
a broken training fails it. Thresholds lie midway between the worst of three healthy and the best of three broken runs,
unless a number was promised.</p>
${summary(measured)}
${open.length === 0 ? [] : [html`<p class="faint">Without results: ${open.map(({ suite }) => suite.name).join(', ')}.</p>`]}
${measured.map(({ suite, results }) => suiteSection(suite, results))}
${acceptanceSection(suites)}
</body>
</html>
`;
  return page.markup;
}

function summary(measured: readonly Measured[]): Markup {
  if (measured.length === 0) return html`<p>There are no results yet.</p>`;
  const rows = measured.map(({ suite, results }) => {
    const checks = results.flatMap((result) => result.checks);
    const passed = checks.filter(({ pass }) => pass).length;
    return html`<tr><td><a href="#${suite.name}">${suite.name}</a></td><td class="number">${passed} of ${checks.length}</td>
<td class="number">${results.map(({ seed }) => seed).join(', ')}</td><td>${verdict(results)}</td></tr>`;
  });
  return html`<table><thead><tr><th>suite</th><th>checks passed</th><th>seeds</th><th></th></tr></thead><tbody>${rows}</tbody></table>`;
}
