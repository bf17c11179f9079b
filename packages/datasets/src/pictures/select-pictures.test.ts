import { expect, test } from 'vitest';
import type { Picture } from './picture.ts';
import { selectPictures } from './select-pictures.ts';

const picture = (name: string, codePoints: string, category: string): Picture => ({
  id: name,
  name,
  codePoints,
  category,
});
const pictures = [
  picture('star', '2b50', 'Symbols'),
  picture('france', '1f1eb-1f1f7', 'Flags'),
  picture('wave', '1f44b', 'People'),
  picture('wave-dark', '1f44b-1f3ff', 'People'),
];
const namesOf = (selection: object) => selectPictures(pictures, selection, 'test').map(({ name }) => name);

test('skin tones and flags are left out unless asked for', () => {
  expect(namesOf({})).toEqual(['star', 'wave']);
  expect(namesOf({ flags: true })).toEqual(['star', 'france', 'wave']);
  expect(namesOf({ skinTones: true })).toEqual(['star', 'wave', 'wave-dark']);
  expect(namesOf({ flags: true, skinTones: true, limit: 2 })).toEqual(['star', 'france']);
});

test('names are taken as they are asked for', () => {
  expect(namesOf({ names: ['wave-dark', 'star', 'france'] })).toEqual(['wave-dark', 'star', 'france']);
});

test.each([
  [{ names: ['star', 'wav'] }, /names\[1\].*no such picture.*got "?wav"?.*nearest is wave/],
  [{ names: ['star', 'star'] }, /names\[1\].*stands twice/],
  [{ limit: 3 }, /got 3, expected an integer from 1 to 2/],
  [{ limit: 0 }, /got 0/],
  [{ limit: 1.5 }, /got 1.5/],
])('%j is refused', (selection, message) => {
  expect(() => namesOf(selection)).toThrow(message);
  expect(() => namesOf(selection)).toThrow(expect.objectContaining({ code: 'E_DATA' }));
});
