import { presetFactory } from '../provider.ts';

/** Gateways, for applications that have one: signalbox routes to them as to any target. Their own options go through `providerOptions` and `headers`. */

/**
 * Cloudflare AI Gateway, by its unified interface; models are `provider/model`. With keys kept at the gateway give
 * `headers: { 'cf-aig-authorization': 'Bearer …' }`, else the vendor's key as `apiKey`.
 * Source: https://developers.cloudflare.com/ai-gateway/usage/chat-completion/, where it is now called deprecated in favour of
 * the address that `workersAI` has, with the header `cf-aig-gateway-id`.
 *
 * @example cloudflareGateway({ accountId: '…', gateway: 'my-gateway', apiKey: '…' })
 */
export const cloudflareGateway = presetFactory({
  name: 'cloudflare-gateway',
  baseURL: 'https://gateway.ai.cloudflare.com/v1/{accountId}/{gateway}/compat',
  keyVariables: [],
  embeddings: false,
});

/**
 * Envoy AI Gateway, at your own address up to `/v1`; its keys are headers of your choice. Source:
 * https://github.com/envoyproxy/ai-gateway/blob/main/site/docs/capabilities/llm-integrations/supported-endpoints.md
 */
export const envoy = presetFactory({
  name: 'envoy',
  baseURL: '',
  keyVariables: [],
  quirks: { maxTokensField: 'max_completion_tokens' },
});

/** Kong AI Gateway, at the address of your route. Source: https://developer.konghq.com/plugins/ai-proxy/examples/sdk-dynamic-model-selection */
export const kong = presetFactory({ name: 'kong', baseURL: '', keyVariables: [] });

/**
 * A LiteLLM proxy, by default on this machine. Images one at a time: how many at once depends on what is behind it.
 * Source: https://docs.litellm.ai/docs/proxy/user_keys, https://docs.litellm.ai/docs/image_generation
 */
export const litellm = presetFactory({
  name: 'litellm',
  baseURL: 'http://localhost:4000/v1',
  keyVariables: [],
  images: { most: 1 },
  quirks: { topK: true },
});

/**
 * Martian: JSON without a schema, by its own page. Models are `provider/model`.
 * Source: https://docs.withmartian.com/api-reference/endpoints
 */
export const martian = presetFactory({
  name: 'martian',
  baseURL: 'https://api.withmartian.com/v1',
  keyVariables: ['MARTIAN_API_KEY'],
  embeddings: false,
  quirks: { maxTokensField: 'max_completion_tokens', jsonSchema: 'json_object' },
});

/**
 * OpenRouter: it always counts tokens. Source: https://openrouter.ai/docs/use-cases/reasoning-tokens,
 * https://github.com/OpenRouterTeam/typescript-sdk/blob/main/src/models/chatrequest.ts. Not verified: limits on embeddings.
 */
export const openrouter = presetFactory({
  name: 'openrouter',
  baseURL: 'https://openrouter.ai/api/v1',
  keyVariables: ['OPENROUTER_API_KEY'],
  quirks: { maxTokensField: 'max_completion_tokens', streamUsage: false, topK: true, reasoning: 'reasoning' },
});

/**
 * Portkey, hosted. Models are `@provider/model`, or give the vendor as a header, such as `x-portkey-provider`.
 * Source: https://github.com/Portkey-AI/openapi/blob/master/openapi.yaml
 */
export const portkey = presetFactory({
  name: 'portkey',
  baseURL: 'https://api.portkey.ai/v1',
  keyVariables: ['PORTKEY_API_KEY'],
  keyHeader: 'x-portkey-api-key',
  quirks: { maxTokensField: 'max_completion_tokens' },
});

/** TokenMix. Source: https://tokenmix.ai/docs/chat-completions. Not verified: which fields it takes. */
export const tokenmix = presetFactory({
  name: 'tokenmix',
  baseURL: 'https://api.tokenmix.ai/v1',
  keyVariables: ['TOKENMIX_API_KEY'],
});

/**
 * TrueFoundry, hosted; for your own give `baseURL`. Models are `account/model`.
 * Source: https://www.truefoundry.com/docs/ai-gateway/gateway-setup
 */
export const truefoundry = presetFactory({
  name: 'truefoundry',
  baseURL: 'https://gateway.truefoundry.ai',
  keyVariables: ['TFY_API_KEY', 'TRUEFOUNDRY_API_KEY'],
  quirks: { topK: true },
});

/** Vercel AI Gateway. Models are `provider/model`. Source: https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions */
export const vercel = presetFactory({
  name: 'vercel',
  baseURL: 'https://ai-gateway.vercel.sh/v1',
  keyVariables: ['AI_GATEWAY_API_KEY'],
  quirks: { reasoning: 'reasoning' },
});
