import { fixture } from './fixtures/openai.ts';
import { describeProvider } from './suite.ts';

describeProvider(fixture);
