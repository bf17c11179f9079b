import { describeLossReference } from './reference.test-support.ts';

describeLossReference();
