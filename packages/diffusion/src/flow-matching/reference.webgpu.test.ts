import { describeFlowReference } from './reference.test-support.ts';

describeFlowReference(['webgpu']);
