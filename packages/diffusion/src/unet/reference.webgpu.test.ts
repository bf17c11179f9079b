import { describeUNetReference } from './reference.test-support.ts';

// Compiling the pipelines of one net takes most of a minute on a software adapter.
describeUNetReference({ backends: ['webgpu'], folders: ['unet2d_basic'] });
