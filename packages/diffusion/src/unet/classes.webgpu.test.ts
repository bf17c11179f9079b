import { describeUNetReference } from './reference.test-support.ts';

describeUNetReference({ backends: ['webgpu'], folders: ['unet2d_classes'], hasPipeline: false });
