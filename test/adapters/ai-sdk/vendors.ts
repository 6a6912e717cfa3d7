import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4, ProviderV4 } from '@ai-sdk/provider';
import { createRouter, type Provider } from 'signalbox';
import { aiSdk, type RouterLanguageModel, toProvider } from 'signalbox/ai-sdk';
import { fixture as anthropicFixture } from '../../conformance/fixtures/anthropic.ts';
import { fixture as googleFixture } from '../../conformance/fixtures/google.ts';
import { fixture as openaiFixture } from '../../conformance/fixtures/openai.ts';
import { fixture as responsesFixture } from '../../conformance/fixtures/openai-responses.ts';
import type { Fixture } from '../../conformance/suite.ts';

const apiKey = 'sk-canary-key-0123456789';

/** A vendor as the AI SDK calls it by itself, with the same vendor's wire as all providers are tested by. */
export interface Vendor {
  readonly name: string;
  /** Under which its options and metadata stand in the AI SDK. */
  readonly key: 'openai' | 'anthropic' | 'google';
  readonly fixture: Fixture;
  readonly model: string;
  /** The AI SDK's own provider. */
  readonly provider: (url: string) => ProviderV4;
  /** Its own model. */
  readonly direct: (url: string) => LanguageModelV4;
}

export const vendors: readonly Vendor[] = [
  {
    name: 'openai chat',
    key: 'openai',
    fixture: openaiFixture,
    model: openaiFixture.model,
    provider: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey }),
    direct: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat(openaiFixture.model),
  },
  {
    name: 'openai responses',
    key: 'openai',
    fixture: responsesFixture,
    model: responsesFixture.model,
    provider: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey }),
    direct: (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).responses(responsesFixture.model),
  },
  {
    name: 'anthropic',
    key: 'anthropic',
    fixture: anthropicFixture,
    model: anthropicFixture.model,
    provider: (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey }),
    direct: (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey })(anthropicFixture.model),
  },
  {
    name: 'google',
    key: 'google',
    fixture: googleFixture,
    model: googleFixture.model,
    provider: (url) => createGoogle({ baseURL: `${url}/v1beta`, apiKey }),
    direct: (url) => createGoogle({ baseURL: `${url}/v1beta`, apiKey })(googleFixture.model),
  },
];

/** The vendor's model behind a router, through its official SDK. */
export function overOfficial({ fixture, model }: Vendor, url: string): RouterLanguageModel<'v4'> {
  return behindRouter(fixture.create(url, apiKey), model);
}

/** The AI SDK's own model behind a router. */
export function overAiSdk({ direct }: Vendor, url: string): RouterLanguageModel<'v4'> {
  return behindRouter(aiSdk(), direct(url));
}

export function behindRouter(provider: Provider, model: string | object): RouterLanguageModel<'v4'> {
  return toProvider(createRouter({ targets: [{ provider, model, id: 'target' }] }))('target');
}
