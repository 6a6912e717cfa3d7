import { fixture } from './fixtures/openai-responses.ts';
import { describeProvider } from './suite.ts';

describeProvider(fixture);
