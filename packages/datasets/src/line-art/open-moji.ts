import { TintypeError } from '@tintype/core-tensor';
import { compareCodePoints, normalizeCodePoints } from '../pictures/code-points.ts';
import type { Picture, PictureSet } from '../pictures/picture.ts';
import { readJson } from '../pictures/read-json-object.ts';

const packageName = 'openmoji';
/** Of version 17.0.0: its outlines are an empty file. */
const withoutLines = ['1F195'];
const listing = `${packageName}/data/openmoji.json`;

/** OpenMoji as outlines or coloured: one SVG a picture, both drawn over the same lines. */
export function createOpenMojiSet(kind: 'black' | 'color'): PictureSet {
  return {
    name: `openmoji-${kind}`,
    packageName,
    licence: 'CC-BY-SA-4.0',
    attribution: 'All emojis designed by OpenMoji, the open-source emoji and icon project. CC BY-SA 4.0',

    async list(files) {
      const entries = await readJson(files, listing);
      if (!Array.isArray(entries)) throw damaged('the listing is no list', typeof entries);
      const pictures = entries.map(toPicture).filter(({ id }) => !withoutLines.includes(id));
      return withUniqueNames(pictures).sort((a, b) => compareCodePoints(a.codePoints, b.codePoints));
    },

    async read(files, pictures) {
      const decoder = new TextDecoder();
      const texts: string[] = [];
      for (const { id } of pictures) {
        texts.push(decoder.decode(await files.read(`${packageName}/${kind}/svg/${id}.svg`)));
      }
      return texts;
    },
  };
}

function toPicture(entry: unknown, place: number): Picture {
  const fields = typeof entry === 'object' && entry !== null ? entry : {};
  const { hexcode, annotation, group, subgroups } = fields as Record<string, unknown>;
  if (typeof hexcode !== 'string' || typeof annotation !== 'string' || typeof group !== 'string') {
    throw damaged(`entry ${place} lacks a hexcode, an annotation or a group`, JSON.stringify(entry));
  }
  if (!/^[0-9A-F]{4,6}(-[0-9A-F]{4,6})*$/.test(hexcode)) throw damaged(`entry ${place} is no code`, hexcode);
  const name = annotation
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  // Flags stand in groups of extras also.
  const isFlag = group.startsWith('extras') && /\bflags?\b/.test(`${String(subgroups)} ${annotation}`);
  const category = isFlag ? 'flags' : group;
  return { id: hexcode, name, codePoints: normalizeCodePoints(hexcode), category };
}

/** Some annotations recur: those pictures are told apart by their code points. */
function withUniqueNames(pictures: readonly Picture[]): Picture[] {
  const uses = new Map<string, number>();
  for (const { name } of pictures) uses.set(name, (uses.get(name) ?? 0) + 1);
  return pictures.map((picture) =>
    picture.name !== '' && uses.get(picture.name) === 1
      ? picture
      : { ...picture, name: [picture.name, picture.codePoints].filter(Boolean).join('-') },
  );
}

function damaged(what: string, got: unknown): TintypeError {
  const remedy = `Install it again: npm install ${packageName}`;
  return new TintypeError('E_DATA', { where: listing, what, got, remedy });
}
