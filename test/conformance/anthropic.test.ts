import { fixture } from './fixtures/anthropic.ts';
import { describeProvider } from './suite.ts';

describeProvider(fixture);
