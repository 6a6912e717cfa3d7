import { fixture } from './fixtures/google-legacy.ts';
import { describeProvider } from './suite.ts';

describeProvider(fixture);
