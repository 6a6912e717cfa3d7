import { describe } from 'vitest';
import { overFetch } from '../support/over-fetch.ts';
import { fixture as anthropic } from './fixtures/anthropic.ts';
import { fixture as google } from './fixtures/google.ts';
import { fixture as openaiCompatible } from './fixtures/openai-compatible.ts';
import { describeProvider } from './suite.ts';

describe('where requests go over fetch', () => {
  overFetch();
  for (const fixture of [anthropic, google, openaiCompatible]) describeProvider(fixture);
});
