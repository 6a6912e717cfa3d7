// Typical mistakes, by the last part of the option's path. One sentence that shows what to write instead.
const request = "router.chat({ prompt: 'Why is the sky blue?' })";
const target = "{ provider: openai(), model: 'gpt-5-mini' }";
const second = 'It is a call option, in the second argument: router.chat(request, { … }).';
const first = 'It is a setting of the request, in the first argument.';
const tool =
  "Write tools: [{ name: 'f', description: '…', inputSchema: { type: 'object', properties: {} } }].";

// Functions, so that bundlers drop the tables where no error is made.

/** Fields that do not exist, and names of other libraries. */
function unknown(): Readonly<Record<string, string>> {
  return {
    apikey: 'Write apiKey.',
    api_key: 'Write apiKey.',
    baseUrl: 'Write baseURL.',
    base_url: 'Write baseURL.',
    maxTokens: 'Write maxOutputTokens.',
    max_tokens: 'Write maxOutputTokens.',
    max_completion_tokens: 'Write maxOutputTokens.',
    top_p: 'Write topP.',
    stop: 'Write stopSequences.',
    tool_choice: 'Write toolChoice.',
    response_format: 'Write schema, or responseFormat.',
    reasoning_effort: 'Write reasoning.',
    model:
      "Targets have models. To choose one, name it in the second argument: router.chat(request, { model: 'openai/gpt-5-mini' }).",
    stream: 'Call router.stream(request).',
    onPart: 'Iterate over await router.runStream(request).',
    signal: second,
    route: second,
    session: second,
    maxCost: second,
    temperature: first,
    maxOutputTokens: first,
    tools: first,
    input: 'Write values: [text].',
    models: `Write targets: [${target}].`,
    fallbacks: 'List several targets: they are tried in their order.',
    fallback:
      "List several targets: they are tried in their order. For a text, write lastResort: 'We are busy.'.",
    retries: 'Write maxAttempts: 3 for all targets, or retry: { sameTarget: 1 } for the same one.',
    maxRetries: 'Write maxAttempts: 3 for all targets, or retry: { sameTarget: 1 } for the same one.',
    parameters: 'Write inputSchema.',
  };
}

/** Values of another type, by path and what came. */
function wrong(): Readonly<Record<string, string>> {
  return {
    createRouter: `Write createRouter({ targets: [${target}] }).`,
    targets: `Write targets: [${target}].`,
    'targets[]': `Write ${target}.`,
    'targets[].name': `Write ${target}.`,
    'targets[].provider': "Import and call its factory: openai(), from 'signalbox/openai'.",
    'targets[].model': `Write ${target}.`,
    'providers[]': "Import and call its factory: openai(), from 'signalbox/openai'.",
    lastResort: "Write lastResort: 'We are busy.'.",
    history: "Write history: { from: 'openai/gpt-5-mini' }, with the id of a target.",
    'target.name': "Write router.addTarget({ provider: openai(), model: 'gpt-5-mini' }).",
    'target.provider': "Write router.addTarget({ provider: openai(), model: 'gpt-5-mini' }).",
    'targets[].price': 'Write { input: 0.25, output: 2 }, in US$ per million tokens.',
    timeout: 'Write timeout: { request: 5000 }.',
    retry: 'Write maxAttempts: 3 for all targets, or retry: { sameTarget: 1 } for the same one.',
    strategy: "Import and call one: priority(), lowestCost() …, from 'signalbox'.",
    request: `Write ${request}.`,
    tools: tool,
    'tools[].inputSchema': 'Write inputSchema in place of parameters.',
    'tools[].name': tool,
    'messages[].role': 'Use the role system for instructions.',
    'content[].type': "An image is { type: 'image', image: url }, text is { type: 'text', text }.",
  };
}

/** A sentence that shows what to write instead; empty if there is none. */
export function hintFor(path: string, got: string): string {
  const plain = path.replace(/\[\d+\]/g, '[]');
  const last = plain.slice(plain.lastIndexOf('.') + 1);
  const values = Object.entries(wrong());
  const hint = got.startsWith('an unknown')
    ? (values.find(([known]) => known === plain) ?? Object.entries(unknown()).find(([name]) => name === last))
    : values.find(([end]) => plain === end || plain.endsWith(`.${end}`));
  return hint === undefined ? '' : `. ${hint[1]}`;
}
