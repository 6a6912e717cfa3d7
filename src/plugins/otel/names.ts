/**
 * Names of the GenAI conventions (https://github.com/open-telemetry/semantic-conventions-genai, status: development, as of November 2026)
 * and our own. One table, because the conventions still change.
 */
export const genAi = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  conversation: 'gen_ai.conversation.id',
  requestModel: 'gen_ai.request.model',
  stream: 'gen_ai.request.stream',
  maxTokens: 'gen_ai.request.max_tokens',
  temperature: 'gen_ai.request.temperature',
  topP: 'gen_ai.request.top_p',
  topK: 'gen_ai.request.top_k',
  seed: 'gen_ai.request.seed',
  stopSequences: 'gen_ai.request.stop_sequences',
  presencePenalty: 'gen_ai.request.presence_penalty',
  frequencyPenalty: 'gen_ai.request.frequency_penalty',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  firstChunk: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheRead: 'gen_ai.usage.cache_read.input_tokens',
  cacheWrite: 'gen_ai.usage.cache_creation.input_tokens',
  reasoning: 'gen_ai.usage.reasoning.output_tokens',
  cost: 'gen_ai.usage.cost',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  tokenType: 'gen_ai.token.type',
  errorType: 'error.type',
} as const;

export const own = {
  request: 'signalbox.request.id',
  route: 'signalbox.route',
  strategy: 'signalbox.strategy',
  candidates: 'signalbox.candidates',
  skipped: 'signalbox.skipped',
  tenant: 'signalbox.tenant',
  tags: 'signalbox.tags',
  mirror: 'signalbox.mirror',
  outcome: 'signalbox.outcome',
  target: 'signalbox.target',
  attempts: 'signalbox.attempts',
  failedAttempts: 'signalbox.failed_attempts',
  failover: 'signalbox.failover',
  hedges: 'signalbox.hedges',
  lookup: 'signalbox.lookup',
  note: 'signalbox.note',
  plugin: 'signalbox.plugin',
  saved: 'signalbox.saved_cost',
  attempt: 'signalbox.attempt',
  hedge: 'signalbox.hedge',
  key: 'signalbox.key',
  billed: 'signalbox.billed',
  serviceTier: 'signalbox.service_tier',
  errorCode: 'signalbox.error.code',
  spent: 'signalbox.spent_on',
  priceSource: 'signalbox.price.source',
  estimated: 'signalbox.price.estimated',
} as const;

/** The conventions' names of providers; others keep their own name. */
export function providerName(provider: string): string {
  return Object.hasOwn(providers, provider) ? (providers[provider] ?? provider) : provider;
}

const providers: Readonly<Record<string, string>> = {
  google: 'gcp.gemini',
  xai: 'x_ai',
  mistral: 'mistral_ai',
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
};

export const operations = {
  chat: 'chat',
  stream: 'chat',
  embed: 'embeddings',
  image: 'generate_content',
} as const;
