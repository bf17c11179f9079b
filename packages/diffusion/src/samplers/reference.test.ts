import { describeSchedulerReference } from './reference.test-support.ts';

describeSchedulerReference();
