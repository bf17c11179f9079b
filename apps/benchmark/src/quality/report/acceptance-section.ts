import { coverageOf } from '../acceptance-coverage.ts';
import { type AcceptanceLine, acceptanceLines, finishedSystems } from '../acceptance-lines.ts';
import type { QualitySuite } from '../quality-suite.ts';
import { html, type Markup } from './markup.ts';

/** Every acceptance line with its checks, by system: what is answered and what is open. */
export function acceptanceSection(suites: readonly QualitySuite[]): Markup {
  const systems = [...new Set(acceptanceLines.map(({ system }) => system))];
  return html`<section id="acceptance">
<h2>Acceptance lines</h2>
<p>D: a healthy training shows it. N: a deliberately broken one must be found out. A system is finished when every line has a
check and every check passes.</p>
${systems.map((system) => systemLines(system, suites))}
</section>`;
}

function systemLines(system: AcceptanceLine['system'], suites: readonly QualitySuite[]): Markup {
  const covered = coverageOf(system, suites);
  const answered = covered.filter(({ checks }) => checks.length > 0).length;
  const isFinished = (finishedSystems as readonly string[]).includes(system) && answered === covered.length;
  const rows = covered.map(
    ({ line, checks }) => html`<tr><td class="line">${line.id} ${line.kind}</td><td>${line.text}</td>
<td data-label="checks">${checks.length === 0 ? html`<span class="faint">none yet</span>` : checks.join('; ')}</td></tr>`,
  );
  return html`<details>
<summary>${system}: ${answered} of ${covered.length} lines have a check${isFinished ? ', finished' : ', not finished'}</summary>
<table class="checks"><thead><tr><th>line</th><th>what it asks</th><th>checks</th></tr></thead><tbody>${rows}</tbody></table>
</details>`;
}
