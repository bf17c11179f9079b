import { describeUNetReference } from './reference.test-support.ts';

describeUNetReference({ backends: ['webgpu'] });
