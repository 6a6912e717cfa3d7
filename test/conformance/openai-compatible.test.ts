import { fixture } from './fixtures/openai-compatible.ts';
import { describeProvider } from './suite.ts';

describeProvider(fixture);
