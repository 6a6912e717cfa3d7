import { asJSON, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { asAmount, type GatewayFacts } from '../gateway.ts';
import { presetFactory } from '../provider.ts';

/**
 * Gateways, for applications that use one: signalbox routes to them as to any target. A call sets their options in
 * `providerOptions: { [name]: … }`; they go into the body unchanged, or into headers where the gateway reads them there. A
 * gateway's routing metadata is in `providerMetadata[name]`, and a cost that it reports is the answer's `cost`, unless the target
 * declares a `price`. Based on their documentation; not tested against the gateways themselves.
 */

/**
 * Cloudflare AI Gateway, by its unified interface; models are `provider/model`. With keys stored at the gateway, set `headers: {
 * 'cf-aig-authorization': 'Bearer …' }`, else the vendor's key as `apiKey`. Options of a call, all sent as headers: `cacheTtl`
 * (seconds), `skipCache`, `cacheKey`, `collectLog`, `customCost`, `eventId`, `metadata`, `requestTimeout`, `maxAttempts`,
 * `retryDelay` (milliseconds), `backoff`. It reports `cacheStatus`, `step` (which of its fallbacks answered), `logId` and
 * `eventId`, but no cost. Source: https://developers.cloudflare.com/ai-gateway/usage/chat-completion/, where it is now called
 * deprecated in favour of the address that `workersAI` has, with the header `cf-aig-gateway-id`; of the headers
 * https://developers.cloudflare.com/ai-gateway/glossary and
 * https://developers.cloudflare.com/ai-gateway/configuration/request-handling/.
 *
 * @example cloudflareGateway({ accountId: '…', gateway: 'my-gateway', apiKey: '…' })
 */
export const cloudflareGateway = presetFactory({
  name: 'cloudflare-gateway',
  baseURL: 'https://gateway.ai.cloudflare.com/v1/{accountId}/{gateway}/compat',
  keyVariables: [],
  embeddings: false,
  gateway: {
    requestHeaders: {
      cacheTtl: 'cf-aig-cache-ttl',
      skipCache: 'cf-aig-skip-cache',
      cacheKey: 'cf-aig-cache-key',
      collectLog: 'cf-aig-collect-log',
      customCost: 'cf-aig-custom-cost',
      eventId: 'cf-aig-event-id',
      metadata: 'cf-aig-metadata',
      requestTimeout: 'cf-aig-request-timeout',
      maxAttempts: 'cf-aig-max-attempts',
      retryDelay: 'cf-aig-retry-delay',
      backoff: 'cf-aig-backoff',
    },
    responseHeaders: {
      cacheStatus: 'cf-aig-cache-status',
      step: 'cf-aig-step',
      logId: 'cf-aig-log-id',
      eventId: 'cf-aig-event-id',
    },
  },
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
 * A LiteLLM proxy, by default on this machine. Options of a call, in the body: `metadata`, `tags`, `fallbacks`, `num_retries` and
 * anything else it accepts. It reports `modelId`, `modelGroup`, `apiBase`, `region`, `callId`, `attemptedRetries`,
 * `attemptedFallbacks` and the cost; in streams the cost only with its setting `include_cost_in_streaming_usage`. Images are
 * requested one at a time, because the number per call depends on the model behind it. Source:
 * https://docs.litellm.ai/docs/proxy/user_keys, https://docs.litellm.ai/docs/proxy/response_headers,
 * https://docs.litellm.ai/docs/image_generation.
 */
export const litellm = presetFactory({
  name: 'litellm',
  baseURL: 'http://localhost:4000/v1',
  keyVariables: [],
  images: { most: 1 },
  quirks: { topK: true },
  gateway: {
    responseHeaders: {
      modelId: 'x-litellm-model-id',
      modelGroup: 'x-litellm-model-group',
      apiBase: 'x-litellm-model-api-base',
      region: 'x-litellm-model-region',
      callId: 'x-litellm-call-id',
      attemptedRetries: 'x-litellm-attempted-retries',
      attemptedFallbacks: 'x-litellm-attempted-fallbacks',
    },
    costHeader: 'x-litellm-response-cost',
    read: (wire) => ({ metadata: {}, cost: asAmount(asObject(wire['usage'])?.['cost']) }),
  },
});

/**
 * Martian: JSON without a schema, according to its documentation. Models are `provider/model`. Source:
 * https://docs.withmartian.com/api-reference/endpoints
 */
export const martian = presetFactory({
  name: 'martian',
  baseURL: 'https://api.withmartian.com/v1',
  keyVariables: ['MARTIAN_API_KEY'],
  embeddings: false,
  quirks: { maxTokensField: 'max_completion_tokens', jsonSchema: 'json_object' },
});

/**
 * OpenRouter: it always counts tokens. Options of a call, in the body: `provider` (`order`, `only`, `sort`, `allow_fallbacks` …),
 * `models`, `plugins`, `transforms` …; `routerMetadata: 'enabled'` requests its attempts, through a header. It reports `provider`
 * (the one that answered), `cost`, `costDetails`, `isByok` and `router`. Its credits are US$; with your own key for the vendor
 * (`isByok`), the vendor's charge is added to its fee. Source: https://openrouter.ai/docs/use-cases/usage-accounting,
 * https://openrouter.ai/docs/features/provider-routing, https://openrouter.ai/docs/guides/features/router-metadata,
 * https://openrouter.ai/docs/use-cases/reasoning-tokens,
 * https://github.com/OpenRouterTeam/typescript-sdk/blob/main/src/models/chatrequest.ts. Not verified: limits on embeddings.
 */
export const openrouter = presetFactory({
  name: 'openrouter',
  baseURL: 'https://openrouter.ai/api/v1',
  keyVariables: ['OPENROUTER_API_KEY'],
  // https://openrouter.ai/docs/batch-quickstart
  batches: 'openrouter',
  // https://openrouter.ai/docs/features/service-tiers: it never falls back to standard by itself
  tiers: ['flex', 'priority'],
  quirks: { maxTokensField: 'max_completion_tokens', streamUsage: false, topK: true, reasoning: 'reasoning' },
  gateway: { requestHeaders: { routerMetadata: 'x-openrouter-metadata' }, read: openrouterFacts },
});

/**
 * Portkey, hosted. Models are `@provider/model`, or name the vendor in `provider`. Options of a call that are sent as headers:
 * `config` (an id or an object), `provider`, `virtualKey`, `metadata`, `traceID`, `cacheForceRefresh`, `cacheNamespace`,
 * `requestTimeout` (milliseconds), `debug`; the others go into the body. It reports `provider`, `lastUsedOptionIndex`,
 * `retryAttemptCount`, `cacheStatus` and `traceId`, but no cost. Source:
 * https://github.com/Portkey-AI/openapi/blob/master/openapi.yaml, https://portkey.ai/docs/api-reference/headers,
 * https://portkey.ai/docs/api-reference/inference-api/response-schema,
 * https://github.com/Portkey-AI/gateway/blob/main/src/globals.ts.
 */
export const portkey = presetFactory({
  name: 'portkey',
  baseURL: 'https://api.portkey.ai/v1',
  keyVariables: ['PORTKEY_API_KEY'],
  keyHeader: 'x-portkey-api-key',
  quirks: { maxTokensField: 'max_completion_tokens' },
  gateway: {
    requestHeaders: {
      config: 'x-portkey-config',
      provider: 'x-portkey-provider',
      virtualKey: 'x-portkey-virtual-key',
      metadata: 'x-portkey-metadata',
      traceID: 'x-portkey-trace-id',
      cacheForceRefresh: 'x-portkey-cache-force-refresh',
      cacheNamespace: 'x-portkey-cache-namespace',
      requestTimeout: 'x-portkey-request-timeout',
      debug: 'x-portkey-debug',
    },
    responseHeaders: {
      provider: 'x-portkey-provider',
      lastUsedOptionIndex: 'x-portkey-last-used-option-index',
      retryAttemptCount: 'x-portkey-retry-attempt-count',
      cacheStatus: 'x-portkey-cache-status',
      traceId: 'x-portkey-trace-id',
    },
  },
});

/** TokenMix. Source: https://tokenmix.ai/docs/chat-completions. Not verified: which fields it takes. */
export const tokenmix = presetFactory({
  name: 'tokenmix',
  baseURL: 'https://api.tokenmix.ai/v1',
  keyVariables: ['TOKENMIX_API_KEY'],
});

/**
 * TrueFoundry, hosted; for a self-hosted one, set `baseURL`. Models are `account/model`. Source:
 * https://www.truefoundry.com/docs/ai-gateway/gateway-setup
 */
export const truefoundry = presetFactory({
  name: 'truefoundry',
  baseURL: 'https://gateway.truefoundry.ai',
  keyVariables: ['TFY_API_KEY', 'TRUEFOUNDRY_API_KEY'],
  quirks: { topK: true },
});

/**
 * Vercel AI Gateway. Models are `provider/model`. Options of a call, in the body: `providerOptions: { gateway: { order, only,
 * models, sort … } }`. It reports `provider` (the one that answered), `routing`, `cost`, `marketCost` and `generationId`. A cost
 * of 0 with a market price means that your own key for the vendor was used; then the cost counts as unreported. Source:
 * https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions,
 * https://vercel.com/docs/ai-gateway/models-and-providers/provider-filtering-and-ordering. Not documented is where in a chat
 * completion it says so: looked for in the message, in the deltas of a stream and at the top, where others have seen it.
 *
 * @example
 * const providerOptions = { vercel: { providerOptions: { gateway: { order: ['bedrock', 'anthropic'] } } } };
 */
export const vercel = presetFactory({
  name: 'vercel',
  baseURL: 'https://ai-gateway.vercel.sh/v1',
  keyVariables: ['AI_GATEWAY_API_KEY'],
  quirks: { reasoning: 'reasoning' },
  gateway: { camelCaseFields: ['providerOptions'], read: vercelFacts },
});

function openrouterFacts(wire: Wire): GatewayFacts {
  const usage = asObject(wire['usage']);
  const details = asObject(usage?.['cost_details']);
  const router = asObject(wire['openrouter_metadata']);
  const selected = asObjects(asObject(router?.['endpoints'])?.['available']).find(
    (one) => one['selected'] === true,
  );
  const fee = asAmount(usage?.['cost']);
  const charged = asAmount(details?.['upstream_inference_cost']);
  // Formerly there was no flag, and the vendor's charge was reported only for the customer's own keys.
  const byok = usage?.['is_byok'] ?? charged !== undefined;
  const upstream = byok === true ? charged : 0;
  return {
    metadata: compact({
      provider: asText(wire['provider']) ?? asText(selected?.['provider']),
      cost: fee,
      costDetails: asJSON(details),
      isByok: asJSON(usage?.['is_byok']),
      router: asJSON(router),
    }),
    cost: fee === undefined || upstream === undefined ? undefined : fee + upstream,
  };
}

function vercelFacts(wire: Wire): GatewayFacts {
  const choice = asObjects(wire['choices'])[0];
  const facts = [wire, asObject(choice?.['message']), asObject(choice?.['delta'])]
    .map((place) => asObject(asObject(place?.['provider_metadata'])?.['gateway']))
    .find((found) => found !== undefined);
  if (facts === undefined) return { metadata: {} };
  const routing = asObject(facts['routing']);
  const cost = asAmount(facts['cost']);
  const marketCost = asAmount(facts['marketCost']);
  return {
    metadata: compact({
      provider: asText(routing?.['finalProvider']) ?? asText(routing?.['resolvedProvider']),
      cost,
      marketCost,
      generationId: asText(facts['generationId']),
      routing: asJSON(routing),
    }),
    cost: cost === 0 && (marketCost ?? 0) > 0 ? undefined : cost,
  };
}
