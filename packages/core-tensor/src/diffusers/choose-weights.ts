import { TintypeError } from '@tintype/backend';
import { pathIn } from './path-in.ts';

/** The weights of a model as diffusers' `save_pretrained` names them. */
export const weightsFile = 'diffusion_pytorch_model.safetensors';

export interface ChosenWeights {
  readonly file: string;
  /** Whether `file` is an index that names the shards. */
  readonly isIndex: boolean;
  /** Such as `fp16`; null is full precision. */
  readonly variant: string | null;
}

const weightsOfVariant = /^diffusion_pytorch_model\.(?:safetensors\.index\.)?([^.]+)\.(?:safetensors|json)$/;
const shardOrVariant = /^diffusion_pytorch_model[.-].*(?:\.safetensors|\.index(?:\.[^.]+)?\.json)$/;

/**
 * Which file of a folder holds the weights: that of `variant`, else the one of full precision, else the only variant
 * there is. An index goes before a single file, as in diffusers.
 * @throws TintypeError `E_NO_RUN` where there is none, `E_CONFIG` where there are several variants and none is named,
 *   `E_SAFETENSORS` where there is a pickle alone
 */
export function chooseWeights(folder: string, names: readonly string[], variant?: string): ChosenWeights {
  const wanted = variant ?? null;
  const found = weightsNamed(names, wanted);
  if (found !== undefined) return found;
  const variants = [...new Set(names.flatMap((name) => weightsOfVariant.exec(name)?.[1] ?? []))]
    .filter((each) => !/-\d+-of-\d+$/.test(each) && weightsNamed(names, each) !== undefined)
    .sort();
  if (variant !== undefined) throw noSuchVariant(folder, variant, variants);
  if (variants.length === 1) return weightsNamed(names, variants[0]!)!;
  if (variants.length > 1) {
    throw new TintypeError('E_CONFIG', {
      where: folder === '' ? 'the model folder' : folder,
      what: 'there are weights of several variants and none of full precision',
      got: variants.join(', '),
      remedy: `Name one: \`variant: '${variants[0]}'\``,
    });
  }
  throw noWeights(folder, names);
}

/** Whether a file is among those that `save_pretrained` writes for the weights: single, shard, index, of any variant. */
export function isWeightsFile(name: string): boolean {
  return shardOrVariant.test(name);
}

function weightsNamed(names: readonly string[], variant: string | null): ChosenWeights | undefined {
  const infix = variant === null ? '' : `.${variant}`;
  const index = `diffusion_pytorch_model.safetensors.index${infix}.json`;
  if (names.includes(index)) return { file: index, isIndex: true, variant };
  const single = `diffusion_pytorch_model${infix}.safetensors`;
  return names.includes(single) ? { file: single, isIndex: false, variant } : undefined;
}

function noSuchVariant(folder: string, variant: string, variants: readonly string[]): TintypeError {
  return new TintypeError('E_NO_RUN', {
    where: pathIn(folder, `diffusion_pytorch_model.${variant}.safetensors`),
    what: 'there are no weights of this variant in the model folder',
    got: variants.length === 0 ? 'no variants' : variants.join(', '),
  });
}

const shownNames = 10;

function noWeights(folder: string, names: readonly string[]): TintypeError {
  const pickle = names.find((each) => /\.(bin|ckpt|pkl|pt|pth)$/i.test(each));
  if (pickle !== undefined) {
    return new TintypeError('E_SAFETENSORS', {
      where: pathIn(folder, pickle),
      what: 'the weights are a pickle, which can run code when it is loaded; it was not opened',
      expected: weightsFile,
      remedy: 'Save the model again in Python with `save_pretrained(folder, safe_serialization=True)`',
    });
  }
  return noSuchFile(
    folder,
    weightsFile,
    names,
    'Save the model in Python with `save_pretrained`, in one file or in shards with their index',
  );
}

/** A file that a model folder lacks, with the names that are there. */
export function noSuchFile(
  folder: string,
  name: string,
  names: readonly string[],
  remedy: string,
): TintypeError {
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return new TintypeError('E_NO_RUN', {
    where: pathIn(folder, name),
    what: 'there is no such file in the model folder',
    got: names.length === 0 ? 'no files' : `${names.slice(0, shownNames).join(', ')}${more}`,
    remedy,
  });
}
