import { describeLossAware } from './loss-aware.test-support.ts';

describeLossAware(['webgpu']);
