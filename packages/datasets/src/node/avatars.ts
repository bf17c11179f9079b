import { createRandomStream, TintypeError } from '@tintype/core-tensor';
import { attributeColumns, unknownAttribute } from '../attributes.ts';
import { avatarAttributes, avatarDesign } from '../avatars/avatar-attributes.ts';
import { drawAvatar } from '../avatars/draw-avatar.ts';
import type { ImageDataset } from '../dataset.ts';
import { createAvatarPainter } from './avatar-painter.ts';
import { type PackCacheOptions, withPackCache } from './pack-cache.ts';
import { assertImageSize, type RgbColor, rasterizerVersion } from './rasterize-svg.ts';

export interface LoadAvatarsOptions extends PackCacheOptions {
  /** Number of avatars, at least 1. */
  readonly count: number;
  /** @default 0 */
  readonly seed?: number | string;
  /** Avatar i of a seed is the same picture whatever the first and however many. @default 0 */
  readonly firstIndex?: number;
  /** Sides in pixels, 1 to 4096; the art has 16×16 squares. @default 32 */
  readonly imageSize?: number;
  /** Which of `avatarAttributes`, in the order of their columns; the pictures stay the same. @default all */
  readonly attributes?: readonly string[];
  /** Behind the heads. @default white */
  readonly background?: RgbColor;
  /** Folders from which `node_modules` is searched upwards. @default the working folder, then the running script's */
  readonly from?: readonly string[];
}

export interface Avatars {
  /** With `attributes`, and the names `avatar-<index>`. */
  readonly dataset: ImageDataset & Required<Pick<ImageDataset, 'attributes' | 'attributeNames' | 'names'>>;
  /**
   * The truth about a change: image `place` of the dataset with these attributes so and all else as it is, uint8
   * [imageSize, imageSize, 3]. An attribute left out stays, whether it is a column or not.
   * Throws `E_DATA` for an attribute or an image that there is not.
   */
  withAttributes(place: number, values: Readonly<Record<string, boolean>>): Uint8Array;
  /** `withAttributes` for one attribute, the other way round than it is. */
  withAttribute(place: number, attribute: string): Uint8Array;
}

/**
 * Faces of the pixel-art style of DiceBear (art: CC0 1.0, code: MIT) with attributes that are fair, independent coins
 * and exact switches: flipping one changes its own pixels and no other. Drawn from the installed packages
 * `@dicebear/core` and `@dicebear/pixel-art` once, and kept (see `withPackCache`).
 * Throws `E_DATA_MISSING` with the install line where they are absent, `E_DATA` for a count, index or attribute that
 * there is not, `E_SEED`, and `E_CONFIG` for an impossible size or colour.
 */
export async function loadAvatars(options: LoadAvatarsOptions): Promise<Avatars> {
  const { count, seed = 0, firstIndex = 0, imageSize = 32, background = [255, 255, 255] } = options;
  assertWhole(count, 1, 'count');
  assertWhole(firstIndex, 0, 'firstIndex');
  assertImageSize(imageSize, 'loadAvatars');
  const columns = attributeColumns(avatarAttributes, options.attributes, 'loadAvatars.attributes');
  const rng = createRandomStream(seed).fork('avatar');
  const painter = await createAvatarPainter({ rng, imageSize, background, from: options.from });
  const key = {
    name: 'avatars',
    source: painter.source,
    converter: rasterizerVersion,
    design: JSON.stringify(avatarDesign),
    seed,
    firstIndex,
    count,
    imageSize,
    background,
  };
  const pack = await withPackCache(key, async () => painter.paintAll(firstIndex, count), options);

  function attributesOf(place: number): Uint8Array {
    assertWhole(place, 0, 'place', count - 1);
    return drawAvatar(rng, firstIndex + place).attributes;
  }

  function withAttributes(place: number, values: Readonly<Record<string, boolean>>): Uint8Array {
    const attributes = attributesOf(place);
    for (const [name, value] of Object.entries(values)) attributes[columnOf(name)] = value ? 1 : 0;
    return painter.paint(firstIndex + place, attributes);
  }

  return {
    dataset: {
      ...pack.dataset,
      names: pack.dataset.names!,
      attributes: selectColumns(pack.dataset.attributes!, columns),
      attributeNames: columns.map((column) => avatarAttributes[column]!),
    },
    withAttributes,
    withAttribute: (place, attribute) =>
      withAttributes(place, { [attribute]: attributesOf(place)[columnOf(attribute)] === 0 }),
  };
}

/** These columns of a table of all attributes. */
function selectColumns(table: Uint8Array, columns: readonly number[]): Uint8Array {
  const size = table.length / avatarAttributes.length;
  return Uint8Array.from({ length: size * columns.length }, (_, i) => {
    const row = Math.floor(i / columns.length);
    return table[row * avatarAttributes.length + columns[i % columns.length]!]!;
  });
}

function columnOf(attribute: string): number {
  const column = avatarAttributes.indexOf(attribute);
  if (column === -1) throw unknownAttribute(attribute, avatarAttributes, 'loadAvatars.withAttributes');
  return column;
}

function assertWhole(value: number, lowest: number, name: string, highest = 2 ** 32 - 1): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new TintypeError('E_DATA', {
    where: `loadAvatars.${name}`,
    what: 'not possible',
    got: value,
    expected: `an integer from ${lowest} to ${highest}`,
  });
}
