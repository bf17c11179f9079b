import { describeVariationalReference } from './reference.test-support.ts';

describeVariationalReference(['webgpu']);
