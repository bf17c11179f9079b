import { describeFlowReference } from './reference.test-support.ts';

describeFlowReference(['cpu', 'wasm']);
