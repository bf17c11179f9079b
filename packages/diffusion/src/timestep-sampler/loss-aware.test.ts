import { describeLossAware, describeLossAwareState } from './loss-aware.test-support.ts';

describeLossAware();
describeLossAwareState();
