import type { RandomStream } from '@tintype/core-tensor';
import { avatarAttributes, avatarOptions } from '../avatars/avatar-attributes.ts';
import { drawAvatar } from '../avatars/draw-avatar.ts';
import type { ImagePack } from '../packs/image-pack.ts';
import { loadDiceBear } from './dice-bear.ts';
import { createSvgRasterizer, type RasterizeSvgOptions, rasterizerVersion } from './rasterize-svg.ts';

export interface AvatarPainterOptions extends RasterizeSvgOptions {
  readonly rng: RandomStream;
  /** Folders from which `node_modules` is searched upwards. */
  readonly from?: readonly string[] | undefined;
}

/** Draws the avatars of one stream at one size. */
export interface AvatarPainter {
  /** Names and versions of the packages that hold the art. */
  readonly source: string;
  /** Avatar `index` with these attributes, uint8 [imageSize, imageSize, 3]. */
  paint(index: number, attributes: Uint8Array): Uint8Array;
  /** `count` avatars from `firstIndex` on, each with the attributes of its own coins. */
  paintAll(firstIndex: number, count: number): ImagePack;
}

/** Throws `E_DATA_MISSING` with the install line where DiceBear is absent, `E_CONFIG` for an impossible size. */
export async function createAvatarPainter(options: AvatarPainterOptions): Promise<AvatarPainter> {
  const { rng, imageSize, from } = options;
  const diceBear = await loadDiceBear(from);
  const rasterize = await createSvgRasterizer(options);

  function paint(index: number, attributes: Uint8Array): Uint8Array {
    const svg = diceBear.draw(drawAvatar(rng, index).seed, avatarOptions(attributes));
    return Uint8Array.from(rasterize(svg, `avatar ${index}`).values);
  }

  return {
    source: diceBear.source,
    paint,
    paintAll(firstIndex, count) {
      const imageLength = imageSize * imageSize * 3;
      const pixels = new Uint8Array(count * imageLength);
      const attributes = new Uint8Array(count * avatarAttributes.length);
      for (let place = 0; place < count; place++) {
        const drawn = drawAvatar(rng, firstIndex + place).attributes;
        attributes.set(drawn, place * avatarAttributes.length);
        pixels.set(paint(firstIndex + place, drawn), place * imageLength);
      }
      return {
        dataset: {
          name: 'avatars',
          size: count,
          height: imageSize,
          width: imageSize,
          channels: 3,
          pixels,
          attributes,
          attributeNames: avatarAttributes,
          names: Array.from({ length: count }, (_, place) => `avatar-${firstIndex + place}`),
        },
        provenance: {
          licence: 'CC0-1.0',
          attribution: 'Pixel Art by DiceBear, https://www.dicebear.com',
          source: diceBear.source,
          converter: rasterizerVersion,
        },
      };
    },
  };
}
