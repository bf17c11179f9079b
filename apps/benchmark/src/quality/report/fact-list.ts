import { describeFact } from '../quality-table.ts';
import { isLeadingFact } from '../score-facts.ts';
import type { SuiteResult } from '../suite-result.ts';
import { html, type Markup } from './markup.ts';

type Fact = readonly [name: string, bySeed: readonly string[]];

/** Where the figures come from, and what belongs beside them; one value where all seeds agree. */
export function factList(results: readonly SuiteResult[]): Markup {
  const stated = [...new Set(results.flatMap(({ facts }) => Object.keys(facts)))].map(
    (name): Fact => [name, results.map(({ facts }) => (name in facts ? describeFact(facts[name]!) : '–'))],
  );
  const leading: readonly Fact[] = [
    ['seeds', [results.map(({ seed }) => seed).join(', ')]],
    ['steps', results.map(({ steps }) => String(steps))],
    ...stated.filter(([name]) => isLeadingFact(name)),
    ['engine', results.map(({ backend, threads }) => `${backend}, threads: ${threads}`)],
    ['seconds', [results.map(({ seconds }) => Math.round(seconds)).join(', ')]],
    ['code', results.map(({ code }) => code)],
    ['commit', results.map(({ commit }) => commit)],
    ['date', results.map(({ date }) => date.slice(0, 10))],
  ];
  const rest = stated.filter(([name]) => !isLeadingFact(name));
  const more = html`<details><summary>${rest.length} more figures</summary>${list(rest)}</details>`;
  return html`${list(leading)}${rest.length === 0 ? [] : [more]}`;
}

function list(facts: readonly Fact[]): Markup {
  const rows = facts.map(([name, values]) => {
    const isSame = new Set(values).size === 1;
    return html`<div><dt>${name}</dt><dd class="number">${isSame ? values[0]! : values.join(', ')}</dd></div>`;
  });
  return html`<dl>${rows}</dl>`;
}
