/**
 * What the official SDKs report differently from the AI SDK’s own providers, and why: `-` what the latter report, `+` what the
 * router tells. All of it is here, so that it cannot grow unnoticed.
 */

/** In each answer, by vendor. */
export const wide: Readonly<Record<string, readonly { readonly line: RegExp; readonly why: string }[]>> = {
  anthropic: [
    {
      line: /^- (part|content) custom \{"kind":"anthropic.message_start"\}$/,
      why: 'a part by which the AI SDK’s own provider remembers who answered; here it is in `response`',
    },
    {
      line: /^\+ usage outputTokenDetails.textTokens \d+$/,
      why: 'where nothing is said of thoughts, all tokens are text, as the AI SDK has it for OpenAI',
    },
  ],
  google: [
    {
      line: /^[-+] response (resp-1|made up 1) (gemini-2.5-flash|wire-model)$/,
      why: 'the model is the one that the vendor says has answered',
    },
  ],
};

interface Difference {
  readonly vendor: string;
  readonly names: readonly string[];
  readonly why: string;
  readonly generateText?: readonly string[];
  readonly streamText?: readonly string[];
}

/** What single calls tell otherwise over the official SDK: all of it, line by line. */
const differences: readonly Difference[] = [
  {
    vendor: 'openai chat',
    names: ['a picture as a tool result'],
    why: 'a picture does not go as text: the user shows it, and a warning says so',
    generateText: [
      '+ warning compatibility {"details":"content of a tool result other than text is sent as content of the user","feature":"tool result"}',
    ],
    streamText: [
      '+ warning compatibility {"details":"content of a tool result other than text is sent as content of the user","feature":"tool result"}',
    ],
  },
  {
    vendor: 'openai chat',
    names: ['reasoning'],
    why: 'thoughts are reported, though OpenAI itself gives none in this interface',
    generateText: ['+ content reasoning {"text":"Let me think"}'],
    streamText: [
      '+ part reasoning-start {}',
      '+ part reasoning-delta {"text":"Let me think"}',
      '+ part reasoning-end {}',
      '+ content reasoning {"text":"Let me think"}',
    ],
  },
  {
    vendor: 'openai chat',
    names: ['sampling'],
    why: 'settings that a model accepts without an effort are sent',
    generateText: [
      '- warning unsupported {"details":"temperature is not supported for reasoning models","feature":"temperature"}',
      '- warning unsupported {"details":"topP is not supported for reasoning models","feature":"topP"}',
      '- warning unsupported {"details":"frequencyPenalty is not supported for reasoning models","feature":"frequencyPenalty"}',
      '- warning unsupported {"details":"presencePenalty is not supported for reasoning models","feature":"presencePenalty"}',
    ],
    streamText: [
      '- warning unsupported {"details":"temperature is not supported for reasoning models","feature":"temperature"}',
      '- warning unsupported {"details":"topP is not supported for reasoning models","feature":"topP"}',
      '- warning unsupported {"details":"frequencyPenalty is not supported for reasoning models","feature":"frequencyPenalty"}',
      '- warning unsupported {"details":"presencePenalty is not supported for reasoning models","feature":"presencePenalty"}',
    ],
  },
  {
    vendor: 'openai chat',
    names: ['a picture that the model made'],
    why: 'a picture is reported',
    generateText: [
      '+ content file {"file":{"base64Data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==","mediaType":"image/png"}}',
    ],
    streamText: [
      '+ part file {"file":{"base64Data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==","mediaType":"image/png","type":"file"}}',
      '+ content file {"file":{"base64Data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==","mediaType":"image/png","type":"file"}}',
    ],
  },
  {
    vendor: 'openai chat',
    names: ['usage of audio'],
    why: 'the vendor’s own token counts are reported in full',
    generateText: [
      '- usage raw {"completion_tokens":50,"completion_tokens_details":{},"prompt_tokens":100,"prompt_tokens_details":{}}',
      '+ usage raw {"completion_tokens":50,"completion_tokens_details":{"audio_tokens":40},"prompt_tokens":100,"prompt_tokens_details":{"audio_tokens":80}}',
    ],
    streamText: [
      '- usage raw {"completion_tokens":50,"completion_tokens_details":{},"prompt_tokens":100,"prompt_tokens_details":{}}',
      '+ usage raw {"completion_tokens":50,"completion_tokens_details":{"audio_tokens":40},"prompt_tokens":100,"prompt_tokens_details":{"audio_tokens":80}}',
    ],
  },
  {
    vendor: 'openai chat',
    names: ['unknown fields'],
    why: 'the vendor’s own token counts are reported in full',
    generateText: [
      '- usage raw {"completion_tokens":7,"prompt_tokens":11,"total_tokens":18}',
      '+ usage raw {"completion_tokens":7,"new_tokens":9,"prompt_tokens":11,"total_tokens":18}',
    ],
    streamText: [
      '- usage raw {"completion_tokens":7,"prompt_tokens":11,"total_tokens":18}',
      '+ usage raw {"completion_tokens":7,"new_tokens":9,"prompt_tokens":11,"total_tokens":18}',
    ],
  },
  {
    vendor: 'openai chat',
    names: ['parallel tool calls', 'toolChoice required', 'toolChoice of one tool', 'finish: content filter'],
    why: 'an empty text before the calls is no text',
    streamText: ['- part text-start {}', '- part text-end {}', '- content text {"text":""}'],
  },
  {
    vendor: 'openai responses',
    names: ['a tool of the vendor’s'],
    why: 'citations are sources and metadata only, and each one is reported',
    generateText: [
      '- content text {"citations":[{"endIndex":5,"source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"},"startIndex":0}],"text":"Hello there, friend"}',
      '+ content text {"text":"Hello there, friend"}',
      '+ content source {"sourceType":"url","title":"A","url":"https://a.example"}',
    ],
    streamText: [
      '+ part source {"sourceType":"url","title":"A","url":"https://a.example"}',
      '+ content source {"sourceType":"url","title":"A","url":"https://a.example"}',
    ],
  },
  {
    vendor: 'openai responses',
    names: ['reasoning'],
    why: 'the summaries of one item are one part; without the event that begins the second one there it is lost',
    generateText: [
      '- content reasoning {"text":"Let me"}',
      '- content reasoning {"text":"think"}',
      '+ content reasoning {"text":"Let me\\n\\nthink"}',
    ],
    streamText: [
      '- part reasoning-delta {"text":"Let me"}',
      '- part reasoning-delta {"text":"think"}',
      '- part error {"error":"reasoning part rs_1:1 not found"}',
      '+ part reasoning-delta {"text":"Let me\\n\\nthink"}',
      '- content reasoning {"text":"Let me"}',
      '+ content reasoning {"text":"Let me\\n\\nthink"}',
    ],
  },
  {
    vendor: 'openai responses',
    names: ['sampling'],
    why: 'settings that a model accepts without an effort are sent; warnings come in another order',
    generateText: [
      '+ warning unsupported {"feature":"stopSequences"}',
      '- warning unsupported {"feature":"stopSequences"}',
      '- warning unsupported {"details":"temperature is not supported for reasoning models","feature":"temperature"}',
      '- warning unsupported {"details":"topP is not supported for reasoning models","feature":"topP"}',
    ],
    streamText: [
      '+ warning unsupported {"feature":"stopSequences"}',
      '- warning unsupported {"feature":"stopSequences"}',
      '- warning unsupported {"details":"temperature is not supported for reasoning models","feature":"temperature"}',
      '- warning unsupported {"details":"topP is not supported for reasoning models","feature":"topP"}',
    ],
  },
  {
    vendor: 'openai responses',
    names: ['a picture that the model made'],
    why: 'a picture by an undeclared tool is a file, not an unknown tool',
    generateText: [
      '- content tool-call {"dynamic":true,"error":{"message":"Model tried to call unavailable tool \'image_generation\'. No tools are available.","name":"AI_NoSuchToolError"},"input":{},"invalid":true,"providerExecuted":true,"toolCallId":"ig_1","toolName":"image_generation"}',
      '- content tool-result {"dynamic":true,"input":{},"output":{"result":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="},"providerExecuted":true,"toolCallId":"ig_1","toolName":"image_generation"}',
      '+ content file {"file":{"base64Data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==","mediaType":"image/png"}}',
    ],
    streamText: [
      '- part tool-call {"dynamic":true,"error":{"message":"Model tried to call unavailable tool \'image_generation\'. No tools are available.","name":"AI_NoSuchToolError"},"input":{},"invalid":true,"providerExecuted":true,"toolCallId":"ig_1","toolName":"image_generation"}',
      '- part tool-result {"input":{},"output":{"result":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="},"providerExecuted":true,"toolCallId":"ig_1","toolName":"image_generation"}',
      '+ part file {"file":{"base64Data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==","mediaType":"image/png","type":"file"}}',
      '- content tool-call {"dynamic":true,"error":{"message":"Model tried to call unavailable tool \'image_generation\'. No tools are available.","name":"AI_NoSuchToolError"},"input":{},"invalid":true,"providerExecuted":true,"toolCallId":"ig_1","toolName":"image_generation"}',
      '- content tool-result {"input":{},"output":{"result":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="},"providerExecuted":true,"toolCallId":"ig_1","toolName":"image_generation"}',
      '+ content file {"file":{"base64Data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==","mediaType":"image/png","type":"file"}}',
    ],
  },
  {
    vendor: 'openai responses',
    names: ['citations'],
    why: 'citations are sources and metadata only; without the event that begins one, it is not reported',
    generateText: [
      '- content text {"citations":[{"endIndex":5,"source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"},"startIndex":0}],"text":"Hello there, friend"}',
      '+ content text {"text":"Hello there, friend"}',
    ],
    streamText: [
      '+ part source {"sourceType":"url","title":"A","url":"https://a.example"}',
      '+ content source {"sourceType":"url","title":"A","url":"https://a.example"}',
    ],
  },
  {
    vendor: 'openai responses',
    names: ['thoughts in several summaries, and a cited page'],
    why: 'the summaries of one item are one part; citations are sources and metadata only',
    generateText: [
      '- content reasoning {"text":"Let me"}',
      '- content reasoning {"text":"think"}',
      '- content text {"citations":[{"endIndex":7,"source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"},"startIndex":0}],"text":"The sky is blue."}',
      '+ content reasoning {"text":"Let me\\n\\nthink"}',
      '+ content text {"text":"The sky is blue."}',
    ],
    streamText: [
      '- part reasoning-delta {"text":"Let me"}',
      '- part reasoning-end {}',
      '- part reasoning-start {}',
      '- part reasoning-delta {"text":"think"}',
      '+ part reasoning-delta {"text":"Let me\\n\\nthink"}',
      '- part text-end {"citations":[{"endIndex":7,"source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"},"startIndex":0}]}',
      '+ part text-end {}',
      '- content reasoning {"text":"Let me"}',
      '- content reasoning {"text":"think"}',
      '- content text {"citations":[{"endIndex":7,"source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"},"startIndex":0}],"text":"The sky is blue."}',
      '+ content reasoning {"text":"Let me\\n\\nthink"}',
      '+ content text {"text":"The sky is blue."}',
    ],
  },
  {
    vendor: 'openai responses',
    names: ['a remote tool'],
    why: 'the list of a server’s tools goes back, so it is reported; the result of a dynamic tool is dynamic in streams, too',
    generateText: ['+ content custom {"kind":"openai.mcp_list_tools"}'],
    streamText: [
      '+ part custom {"kind":"openai.mcp_list_tools"}',
      '- part tool-result {"input":{"url":"https://a.example"},"output":{"arguments":"{\\"url\\":\\"https://a.example\\"}","name":"shorten","output":"https://z.example/1","serverLabel":"zip","type":"call"},"providerExecuted":true,"toolCallId":"mcp_1","toolName":"mcp.shorten"}',
      '+ part tool-result {"dynamic":true,"input":{"url":"https://a.example"},"output":{"arguments":"{\\"url\\":\\"https://a.example\\"}","name":"shorten","output":"https://z.example/1","serverLabel":"zip","type":"call"},"providerExecuted":true,"toolCallId":"mcp_1","toolName":"mcp.shorten"}',
      '+ content custom {"kind":"openai.mcp_list_tools"}',
      '- content tool-result {"input":{"url":"https://a.example"},"output":{"arguments":"{\\"url\\":\\"https://a.example\\"}","name":"shorten","output":"https://z.example/1","serverLabel":"zip","type":"call"},"providerExecuted":true,"toolCallId":"mcp_1","toolName":"mcp.shorten"}',
      '+ content tool-result {"dynamic":true,"input":{"url":"https://a.example"},"output":{"arguments":"{\\"url\\":\\"https://a.example\\"}","name":"shorten","output":"https://z.example/1","serverLabel":"zip","type":"call"},"providerExecuted":true,"toolCallId":"mcp_1","toolName":"mcp.shorten"}',
    ],
  },
  {
    vendor: 'openai responses',
    names: ['a remote tool that wants to be allowed'],
    why: 'the call has the id of the question, which identifies the answer',
    generateText: [
      '- content tool-call {"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"made up 1","toolName":"mcp.shorten"}',
      '- content tool-approval-request {"approvalId":"mcpr_1","toolCall":{"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"made up 1","toolName":"mcp.shorten","type":"tool-call"}}',
      '+ content tool-call {"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"mcpr_1","toolName":"mcp.shorten"}',
      '+ content tool-approval-request {"approvalId":"mcpr_1","toolCall":{"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"mcpr_1","toolName":"mcp.shorten","type":"tool-call"}}',
    ],
    streamText: [
      '- part tool-call {"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"made up 1","toolName":"mcp.shorten"}',
      '- part tool-approval-request {"approvalId":"mcpr_1","toolCall":{"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"made up 1","toolName":"mcp.shorten","type":"tool-call"}}',
      '+ part tool-call {"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"mcpr_1","toolName":"mcp.shorten"}',
      '+ part tool-approval-request {"approvalId":"mcpr_1","toolCall":{"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"mcpr_1","toolName":"mcp.shorten","type":"tool-call"}}',
      '- content tool-call {"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"made up 1","toolName":"mcp.shorten"}',
      '- content tool-approval-request {"approvalId":"mcpr_1","toolCall":{"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"made up 1","toolName":"mcp.shorten","type":"tool-call"}}',
      '+ content tool-call {"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"mcpr_1","toolName":"mcp.shorten"}',
      '+ content tool-approval-request {"approvalId":"mcpr_1","toolCall":{"dynamic":true,"input":{"url":"https://a.example"},"providerExecuted":true,"toolCallId":"mcpr_1","toolName":"mcp.shorten","type":"tool-call"}}',
    ],
  },
  {
    vendor: 'anthropic',
    names: ['sampling'],
    why: 'warnings come in another order and with another reason',
    generateText: [
      '- warning unsupported {"feature":"frequencyPenalty"}',
      '- warning unsupported {"feature":"presencePenalty"}',
      '- warning unsupported {"details":"topP is not supported when temperature is set. topP is ignored.","feature":"topP"}',
      '+ warning unsupported {"feature":"presencePenalty"}',
      '+ warning unsupported {"feature":"frequencyPenalty"}',
      '+ warning unsupported {"details":"this model accepts temperature or topP, and temperature is sent","feature":"topP"}',
    ],
    streamText: [
      '- warning unsupported {"feature":"frequencyPenalty"}',
      '- warning unsupported {"feature":"presencePenalty"}',
      '- warning unsupported {"details":"topP is not supported when temperature is set. topP is ignored.","feature":"topP"}',
      '+ warning unsupported {"feature":"presencePenalty"}',
      '+ warning unsupported {"feature":"frequencyPenalty"}',
      '+ warning unsupported {"details":"this model accepts temperature or topP, and temperature is sent","feature":"topP"}',
    ],
  },
  {
    vendor: 'anthropic',
    names: ['a web search, and what it found in the answer'],
    why: 'citations are sources and metadata only, and each one is reported',
    generateText: [
      '- content text {"citations":[{"citedText":"blue","source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"}}],"text":"The sky is blue."}',
      '+ content text {"text":"The sky is blue."}',
      '+ content source {"sourceType":"url","title":"A","url":"https://a.example"}',
    ],
    streamText: [
      '- part text-end {"citations":[{"citedText":"blue","source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"}}]}',
      '+ part source {"sourceType":"url","title":"A","url":"https://a.example"}',
      '+ part text-end {}',
      '- content text {"citations":[{"citedText":"blue","source":{"id":"https://a.example","sourceType":"url","title":"A","type":"source","url":"https://a.example"}}],"text":"The sky is blue."}',
      '+ content text {"text":"The sky is blue."}',
      '+ content source {"sourceType":"url","title":"A","url":"https://a.example"}',
    ],
  },
  {
    vendor: 'anthropic',
    names: ['a program'],
    why: 'without the blank',
    streamText: [
      '- part tool-input-delta {"delta":"{\\"type\\": \\"bash_code_execution\\",\\"command\\":\\"echo 1\\"}"}',
      '+ part tool-input-delta {"delta":"{\\"type\\":\\"bash_code_execution\\",\\"command\\":\\"echo 1\\"}"}',
    ],
  },
  {
    vendor: 'google',
    names: ['sampling'],
    why: 'warnings come in another order and with a reason',
    generateText: [
      '- warning unsupported {"feature":"frequencyPenalty"}',
      '- warning unsupported {"feature":"presencePenalty"}',
      '+ warning unsupported {"details":"not supported by this model","feature":"presencePenalty"}',
      '+ warning unsupported {"details":"not supported by this model","feature":"frequencyPenalty"}',
    ],
    streamText: [
      '- warning unsupported {"feature":"frequencyPenalty"}',
      '- warning unsupported {"feature":"presencePenalty"}',
      '+ warning unsupported {"details":"not supported by this model","feature":"presencePenalty"}',
      '+ warning unsupported {"details":"not supported by this model","feature":"frequencyPenalty"}',
    ],
  },
];

export function differenceOf(
  vendor: string,
  name: string,
  way: 'generateText' | 'streamText',
): readonly string[] {
  const known = differences.find((one) => one.vendor === vendor && one.names.includes(name));
  return known?.[way] ?? [];
}
