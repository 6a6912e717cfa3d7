import { fixture } from './fixtures/google.ts';
import { describeProvider } from './suite.ts';

describeProvider(fixture);
