import type { QualitySuite } from '../quality-suite.ts';
import type { SuiteResult } from '../suite-result.ts';
import { checkRow } from './check-row.ts';
import { factList } from './fact-list.ts';
import { html, type Markup } from './markup.ts';

/** A suite with the results of its seeds, at least one. */
export function suiteSection({ name, description }: QualitySuite, results: readonly SuiteResult[]): Markup {
  const names = [...new Set(results.flatMap(({ checks }) => checks.map((check) => check.name)))];
  const notes = new Set(results.flatMap((result) => result.notes));
  return html`<section id="${name}">
<h2>${name} ${verdict(results)}</h2>
<p>${description}</p>
<table class="checks">
<thead><tr><th>line</th><th>check</th><th>must be</th><th>measured, by seed</th><th>● healthy × broken | threshold</th><th></th></tr></thead>
<tbody>${names.map((each) => checkRow(each, results))}</tbody>
</table>
${factList(results)}
${notes.size === 0 ? [] : [html`<ul class="notes">${[...notes].map((note) => html`<li>${note}</li>`)}</ul>`]}
${grids(results[0]!)}
${results
  .slice(1)
  .flatMap((result) =>
    result.grids.length === 0
      ? []
      : [html`<details><summary>Pictures of seed ${result.seed}</summary>${grids(result)}</details>`],
  )}
</section>`;
}

export function verdict(results: readonly SuiteResult[]): Markup {
  const isPassed = results.every(({ pass }) => pass);
  return html`<span class="${isPassed ? 'pass' : 'fail'}">${isPassed ? 'passed' : 'failed'}</span>`;
}

function grids({ suite, seed, grids }: SuiteResult): Markup {
  if (grids.length === 0) return html``;
  const figures = grids.map(
    ({
      name,
      file,
    }) => html`<figure><img src="${encodeURI(`${suite}/${file}`)}" alt="${name}, seed ${seed}" loading="lazy">
<figcaption>${name}, seed ${seed}</figcaption></figure>`,
  );
  return html`<div class="grids">${figures}</div>`;
}
