import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@tintype/core-tensor';
import { expect, test } from 'vitest';
import { createSvgRasterizer, rasterizerVersion } from './rasterize-svg.ts';

const svg = (body: string, viewBox = '0 0 4 4') =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">${body}</svg>`;

async function draw(text: string, options = {}) {
  return [...(await createSvgRasterizer({ imageSize: 4, ...options }))(text, 'picture').values];
}

const row = (...colors: number[][]) => colors.flat();
const [white, red, blue] = [
  [255, 255, 255],
  [255, 0, 0],
  [0, 0, 255],
];

test('a picture lies on white, pixel for pixel', async () => {
  const half = await draw(svg('<rect width="2" height="4" fill="#f00"/>'));
  expect(half.slice(0, 12)).toEqual(row(red, red, white, white));
  expect(half.slice(36)).toEqual(row(red, red, white, white));
});

test('half a colour mixes with the background once, not twice', async () => {
  const body = svg('<rect width="4" height="4" fill="#f00" fill-opacity="0.5"/>');
  expect((await draw(body)).slice(0, 3)).toEqual([255, 127, 127]);
  expect((await draw(body, { background: [0, 0, 255] })).slice(0, 3)).toEqual([128, 0, 127]);
});

test.each([
  ['wide', '0 0 4 2', [...Array(4).fill(blue), ...Array(8).fill(red), ...Array(4).fill(blue)]],
  ['high', '0 0 2 4', Array(4).fill([blue, red, red, blue]).flat()],
])('a %s picture is whole and in the middle', async (_, viewBox, expected) => {
  const text = svg('<rect width="4" height="4" fill="#f00"/>', viewBox);
  expect(await draw(text, { background: [0, 0, 255] })).toEqual(expected.flat());
});

test('what lies beyond the view box is cut off, and moves nothing', async () => {
  const inside = '<rect x="1" width="2" height="4" fill="#f00"/>';
  const plain = await draw(svg(inside));
  for (const [x, y] of [
    [4, 0],
    [-7.3, 2],
    [90, -50],
    [1, 9],
  ]) {
    // Half transparent and wholly outside: resvg 0.34 ends the process unless the canvas holds it.
    const outside = `<rect x="${x}" y="${y}" width="3" height="3" opacity="0.5"/>`;
    expect(await draw(svg(inside + outside)), `${x}, ${y}`).toEqual(plain);
  }
  const shifted = svg('<rect x="11" y="20" width="2" height="4" fill="#f00"/>', '10 20 4 4');
  expect(await draw(shifted)).toEqual(plain);
  expect(await draw(svg(inside).replace('<svg', '<svg width="8" height="8"'))).toEqual(plain);
});

test.each([
  ['<svg', /states no size/],
  ['', /states no size/],
  ['a picture', /states no size/],
  [svg('', '0 0 4'), /states no size/],
  ['<svg viewBox="0 0 4 4"></svg>', /cannot be drawn/],
  [svg('<rect width="1"'), /cannot be drawn/],
  [svg('<rect width="1" height="9"/>', '0 0 1 1000000'), /no area/],
  [svg('<rect width="1" height="9"/>', '0 0 0 0'), /no area/],
  [svg('<rect width="1000000" height="1000000"/>'), /too far beyond its view box/],
  [svg(`<desc>${'a'.repeat(1024 * 1024)}</desc>`), /too long.*expected at most 1048576/],
  [`<!DOCTYPE svg [<!ENTITY a "b">]>${svg('')}`, /outside itself/],
])('%.40s is refused by the name of the picture', async (text, message) => {
  await expect(draw(text)).rejects.toMatchObject({ code: 'E_DATA', message: expect.stringMatching(message) });
  await expect(draw(text)).rejects.toThrow(/picture/);
});

test('a picture cannot show a file of this machine', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'datasets-')), 'secret.png');
  await writeFile(file, encodePng({ width: 1, height: 1, channels: 3, values: Uint8Array.of(255, 0, 0) }));
  for (const href of [`href="${file}"`, `xlink:href = '${file}'`, `href="&#47;${file.slice(1)}"`]) {
    const text = svg(`<image ${href} width="4" height="4"/>`);
    await expect(draw(text), href).rejects.toThrow(/outside itself.*expected references that begin with #/);
  }
  const inner = '<defs><rect id="a" width="4" height="4" fill="#f00"/></defs><use href="#a"/>';
  expect((await draw(svg(inner))).slice(0, 3)).toEqual(red);
});

test.each([{ imageSize: 0 }, { imageSize: 1.5 }, { imageSize: 5000 }, { background: [0, 0, 256] }])(
  'the options %j are refused',
  async (options) => {
    await expect(draw(svg(''), options)).rejects.toMatchObject({ code: 'E_CONFIG' });
  },
);

test('the stated version is the one that draws', async () => {
  const file = createRequire(import.meta.url).resolve('@resvg/resvg-js/package.json');
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  expect(rasterizerVersion).toMatch(`resvg-js ${version},`);
});
