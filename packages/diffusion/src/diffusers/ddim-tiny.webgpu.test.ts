import { describeDdimTiny } from './ddim-tiny.test-support.ts';

describeDdimTiny({ backends: ['webgpu'] });
