import { describeUNetReference } from './reference.test-support.ts';

// Compiling the pipelines of one net takes most of a minute on a software adapter: a file for each. The DDIM pipeline
// is replayed by diffusers/ddim-tiny.webgpu.test.ts.
describeUNetReference({ backends: ['webgpu'], folders: ['unet2d_basic'], hasPipeline: false });
