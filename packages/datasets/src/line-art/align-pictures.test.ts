import { expect, test } from 'vitest';
import type { Picture } from '../pictures/picture.ts';
import { alignPictures } from './align-pictures.ts';

const picture = (name: string, codePoints: string): Picture => ({
  id: name,
  name,
  codePoints,
  category: 'all',
});
const lines = [picture('elf', '1f9dd'), picture('star', '2b50')];
const colored = [picture('sparkle', '2b50'), picture('person-elf', '1f9dd')];

test('pictures are matched by what they show, in the order of the first side', () => {
  expect(alignPictures(lines, colored, 'test').map(({ name }) => name)).toEqual(['person-elf', 'sparkle']);
});

test.each([
  [lines, colored.slice(0, 1), /target lacks elf \(1f9dd\).*got 2 of source, 1 of target/],
  [lines.slice(0, 1), colored, /source lacks sparkle \(2b50\).*got 1 of source, 2 of target/],
  [lines, [picture('a', '0041'), ...colored], /source lacks a/],
])('a picture that one side lacks is named', (source, target, message) => {
  expect(() => alignPictures(source, target, 'test')).toThrow(message);
  expect(() => alignPictures(source, target, 'test')).toThrow(expect.objectContaining({ code: 'E_DATA' }));
});
