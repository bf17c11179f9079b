import { describeFigure } from '../quality-table.ts';
import { html, type Markup } from './markup.ts';

export interface DotPlot {
  readonly healthy: readonly number[];
  readonly broken: readonly number[];
  readonly threshold: number | null;
}

const width = 220;
const height = 30;
const margin = 12;
const middle = 11;
/** Dots lie a little above the line and crosses below, so that neither hides the other. */
const offset = 4;
/** Above this ratio of the largest to the smallest figure the line is logarithmic. */
const logarithmicFrom = 30;

/** Healthy runs as dots, broken ones as crosses and the threshold as a bar, on one line. */
export function dotPlot({ healthy, broken, threshold }: DotPlot): Markup {
  const figures = [...healthy, ...broken, ...(threshold === null ? [] : [threshold])];
  if (figures.length === 0) return html`<span class="faint">not measured</span>`;
  const { place, low, high, isLogarithmic } = scaleOf(figures);
  const dots = healthy.map(
    (x) => html`<circle class="healthy" cx="${place(x)}" cy="${middle - offset}" r="4"/>`,
  );
  const crosses = broken.map((x) => {
    const at = place(x);
    const [left, right, top, bottom] = [at - 4, at + 4, middle + offset - 4, middle + offset + 4];
    return html`<path class="broken" d="M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}"/>`;
  });
  const bar = threshold === null ? [] : [html`<path class="threshold" d="M${place(threshold)} 1V20"/>`];
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img">
<title>${describe({ healthy, broken, threshold })}</title>
<path class="axis" d="M${margin} ${middle}H${width - margin}"/>${bar}${crosses}${dots}
<text x="2" y="29">${describeFigure(low)}</text>
<text x="${width / 2}" y="29" text-anchor="middle">${isLogarithmic ? 'log' : ''}</text>
<text x="${width - 2}" y="29" text-anchor="end">${describeFigure(high)}</text>
</svg>`;
}

function describe({ healthy, broken, threshold }: DotPlot): string {
  const list = (figures: readonly number[]) => figures.map(describeFigure).join(', ') || 'none';
  const bar = threshold === null ? 'no threshold' : `threshold ${describeFigure(threshold)}`;
  return `healthy ${list(healthy)}; broken ${list(broken)}; ${bar}`;
}

function scaleOf(figures: readonly number[]) {
  const low = Math.min(...figures);
  const high = Math.max(...figures);
  const isLogarithmic = low > 0 && high / low > logarithmicFrom;
  const by = isLogarithmic ? Math.log : (x: number) => x;
  const span = by(high) - by(low);
  const place = (x: number) => {
    const share = span === 0 ? 0.5 : (by(x) - by(low)) / span;
    return Math.round(10 * (margin + share * (width - 2 * margin))) / 10;
  };
  return { place, low, high, isLogarithmic };
}
