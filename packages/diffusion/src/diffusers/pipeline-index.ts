import { type JsonObject, readJsonObject, type Storage, TintypeError } from '@tintype/core-tensor';

const indexFile = 'model_index.json';

/** Pipelines that are a denoiser, a scheduler and perhaps an autoencoder; what else they hold is left to the caller. */
const pipelines = [
  'DDIMPipeline',
  'DDPMPipeline',
  'LDMPipeline',
  'LDMTextToImagePipeline',
  'StableDiffusionImg2ImgPipeline',
  'StableDiffusionPipeline',
];

/** A part of a pipeline: its class in diffusers and the folder it lies in. */
export interface PipelineComponent {
  readonly className: string;
  readonly folder: string;
}

export interface PipelineIndex {
  readonly className: string;
  readonly components: ReadonlyMap<string, PipelineComponent>;
}

/**
 * Reads the `model_index.json` of a pipeline. A part without a folder of its name lies in the root, as in the first
 * releases of diffusers.
 * @throws TintypeError `E_NO_RUN` where there is none, `E_CONFIG` for pipelines that are not known and for parts that
 *   come from elsewhere than diffusers and transformers (code in the folder is never run)
 */
export async function readPipelineIndex(storage: Storage, folder: string): Promise<PipelineIndex> {
  const where = pathIn(folder, indexFile);
  const json = await readJsonObject(storage, where);
  const className = json._class_name;
  if (typeof className !== 'string' || !pipelines.includes(className)) {
    refuse(`${where}: _class_name`, 'this pipeline is not supported', className, pipelines.join(' | '));
  }
  const components = new Map<string, PipelineComponent>();
  for (const [name, entry] of partsOf(json)) {
    const part = readPart(entry, `${where}: ${name}`);
    if (part === undefined) continue;
    const own = pathIn(folder, name);
    const hasFolder = (await storage.list(own)).length > 0;
    components.set(name, { className: part, folder: hasFolder ? own : folder });
  }
  return { className, components };
}

/** A file of a folder, where `''` is the root of the storage. */
export function pathIn(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

const partName = /^[a-z][a-z0-9_]{0,63}$/;

/** Parts are pairs; options of the pipeline, such as `requires_safety_checker`, are not. */
function partsOf(json: JsonObject): [string, readonly unknown[]][] {
  return Object.entries(json).flatMap(([name, entry]) =>
    partName.test(name) && Array.isArray(entry) ? [[name, entry]] : [],
  );
}

/** The class of a part; undefined where the pipeline goes without it. */
function readPart(entry: readonly unknown[], where: string): string | undefined {
  const [library, className, ...more] = entry;
  if (className === null && more.length === 0) return undefined;
  if (typeof library !== 'string' || typeof className !== 'string' || more.length > 0) {
    refuse(
      where,
      'a part must name its library and its class',
      JSON.stringify(entry).slice(0, 80),
      '["diffusers", "…"]',
    );
  }
  const isKnown = ['diffusers', 'transformers', 'stable_diffusion'].includes(library);
  return isKnown ? className : refuse(where, 'code of the folder is never run', library, 'diffusers');
}

function refuse(where: string, what: string, got: unknown, expected: string): never {
  throw new TintypeError('E_CONFIG', { where, what, got, expected });
}
