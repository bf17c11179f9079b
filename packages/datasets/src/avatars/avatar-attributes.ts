/** Options of DiceBear's pixel-art style. */
export type AvatarOptions = Readonly<Record<string, number | readonly string[]>>;

interface AvatarSwitch {
  readonly on: AvatarOptions;
  readonly off: AvatarOptions;
}

/**
 * What decides each attribute. Both sides of a switch draw equally many random numbers, so everything else stays as
 * it is. Variants are those that show the attribute plainly: a mouth whose corners go up, hair that is seen below every
 * hat. DiceBear's beards are no attribute: under dark hair they differ from the skin by 3 of 255 levels.
 */
const avatarSwitches: Readonly<Record<string, AvatarSwitch>> = {
  'dark-hair': {
    on: { hairColor: ['28150a', '603015', '603a14', '611c17', '612616'] },
    off: { hairColor: ['83623b', 'a78961', 'cab188'] },
  },
  glasses: { on: { glassesProbability: 100 }, off: { glassesProbability: 0 } },
  hat: { on: { hatProbability: 100 }, off: { hatProbability: 0 } },
  'long-hair': {
    on: { hair: variants('long', [1, 2, 3, 4, 7, 8, 9, 12, 13, 20, 21]) },
    off: { hair: variants('short', [1, 11, 13, 14, 15, 17, 18]) },
  },
  smile: {
    on: { mouth: variants('happy', [3, 4, 6, 7, 8, 9, 10, 11]) },
    off: { mouth: variants('sad', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) },
  },
};

const commonOptions: AvatarOptions = {
  mouthColor: ['e35d6a', 'de0f0d'],
};

/** The attributes of an avatar, in the order of the columns. */
export const avatarAttributes: readonly string[] = Object.keys(avatarSwitches);

/** All that the pictures depend on besides seed and attributes; pictures kept under another value are drawn anew. */
export const avatarDesign = { avatarSwitches, commonOptions } as const;

/** The options that draw an avatar with these attributes, 0 or 1 in the order of `avatarAttributes`. */
export function avatarOptions(values: ArrayLike<number>): AvatarOptions {
  const chosen = avatarAttributes.map(
    (name, place) => avatarSwitches[name]![values[place] === 1 ? 'on' : 'off'],
  );
  return Object.assign({}, commonOptions, ...chosen) as AvatarOptions;
}

function variants(prefix: string, numbers: readonly number[]): readonly string[] {
  return numbers.map((number) => `${prefix}${String(number).padStart(2, '0')}`);
}
