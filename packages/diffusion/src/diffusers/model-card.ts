import type { DiffusersDenoiser } from './load-denoiser.ts';

type DenoiserConfig = DiffusersDenoiser['config'];

export interface ModelCardOptions {
  readonly className: string;
  readonly config: DenoiserConfig;
}

/** The README of an exported pipeline: how Python makes images of it, and what is not as one would expect. */
export function modelCard({ className, config }: ModelCardOptions): string {
  const { imageSize, channels, patchSize, numClasses } = config;
  const isConditional = numClasses !== null || 'crossAttentionDim' in config;
  const parts = [
    `# ${className}\n\nImages of ${imageSize}x${imageSize} pixels, ${channels} channel${channels === 1 ? '' : 's'}. Trained and written by Tintype.`,
    isConditional ? conditional(config) : unconditional(className, patchSize),
    ...(patchSize === 1 ? [] : [patches(config)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function unconditional(className: string, patchSize: number): string {
  return python(
    `from diffusers import ${className}`,
    '',
    `pipeline = ${className}.from_pretrained(".")`,
    patchSize === 1
      ? 'images = pipeline(batch_size=4, num_inference_steps=50).images'
      : 'images = pipeline(batch_size=4, num_inference_steps=50, output_type="np").images',
    ...(patchSize === 1 ? [] : shuffle('torch.from_numpy(images).permute(0, 3, 1, 2)', patchSize)),
  );
}

/** These pipelines of diffusers pass no classes and no tokens on, so that the loop stands here. */
function conditional(config: DenoiserConfig): string {
  const { numClasses, hasNullLabel, patchSize, imageSize, channels } = config;
  const side = imageSize / patchSize;
  const tokenChannels = 'crossAttentionDim' in config ? config.crossAttentionDim.at(-1) : undefined;
  const said = [
    ...(numClasses === null ? [] : [`Classes are 0 to ${numClasses - 1}.`]),
    ...(numClasses !== null && hasNullLabel
      ? [`Class ${numClasses} is the null label of classifier-free guidance.`]
      : []),
    ...(tokenChannels === undefined ? [] : [`It looks at tokens of ${tokenChannels} channels.`]),
  ];
  const passed = [
    ...(tokenChannels === undefined ? [] : ['tokens']),
    ...(numClasses === null ? [] : ['class_labels=labels']),
  ];
  return `${said.join(' ')} The pipeline passes none on:\n\n${python(
    'import torch',
    'from diffusers import DiffusionPipeline',
    '',
    'pipeline = DiffusionPipeline.from_pretrained(".")',
    `x = torch.randn(4, ${channels * patchSize ** 2}, ${side}, ${side})`,
    ...(tokenChannels === undefined
      ? []
      : [
          `tokens = torch.randn(4, 8, ${tokenChannels})  # what it was trained on: [batch, tokens, channels]`,
        ]),
    ...(numClasses === null ? [] : ['labels = torch.tensor([0, 0, 0, 0])']),
    'pipeline.scheduler.set_timesteps(50)',
    'with torch.no_grad():',
    '    for t in pipeline.scheduler.timesteps:',
    `        output = pipeline.unet(x, t, ${passed.join(', ')}).sample`,
    '        x = pipeline.scheduler.step(output, t, x).prev_sample',
    'images = (x / 2 + 0.5).clamp(0, 1)',
    ...(patchSize === 1 ? [] : shuffle('images', patchSize)),
  )}`;
}

function patches({ patchSize, channels, imageSize }: DenoiserConfig): string {
  const side = imageSize / patchSize;
  return [
    `The network works on squares of ${patchSize}x${patchSize} pixels: to diffusers it is a network on ${channels * patchSize ** 2} channels at ${side}x${side}.`,
    'Diffusion treats every number alike, so that noise, schedule and clipping are those of the image.',
    '`torch.nn.functional.pixel_shuffle` of its output, as above, is the image; `pixel_unshuffle` of an image is its input.',
  ].join(' ');
}

function shuffle(images: string, patchSize: number): readonly string[] {
  return ['import torch', `images = torch.nn.functional.pixel_shuffle(${images}, ${patchSize})`];
}

function python(...lines: readonly string[]): string {
  return ['```python', ...lines, '```'].join('\n');
}
