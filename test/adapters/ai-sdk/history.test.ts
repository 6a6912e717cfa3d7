import { openai } from '@ai-sdk/openai';
import { generateText, isStepCount, type ModelMessage, tool } from 'ai';
import { createRouter, type Router } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { type Vendor, vendors } from './vendors.ts';
import { geminiWire, messageItem, messageWire, responsesWire } from './wires.ts';

const apiKey = 'sk-canary-key-0123456789';
const vendorOf = (name: string): Vendor => {
  const vendor = vendors.find((one) => one.name === name);
  if (vendor === undefined) throw new Error(`no vendor ${name}`);
  return vendor;
};
const [responses, anthropic, google] = ['openai responses', 'anthropic', 'google'].map(vendorOf) as [
  Vendor,
  Vendor,
  Vendor,
];

let servers: Record<'claude' | 'gpt' | 'gemini', FaultServer>;
beforeEach(async () => {
  servers = { claude: await faultServer(), gpt: await faultServer(), gemini: await faultServer() };
});
afterEach(() => Promise.all(Object.values(servers).map((server) => server.close())));

/** Thoughts with a signature, and a call of a tool, as each vendor says it. */
const thinking = {
  claude: messageWire(
    [
      { type: 'thinking', thinking: 'Let me look', signature: 'claude-signature' },
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'sky' } },
    ],
    'tool_use',
  ).answer,
  gpt: responsesWire([
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gpt-secret' },
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'look',
      arguments: '{"at":"sea"}',
      status: 'completed',
    },
  ]).answer,
  gemini: geminiWire([
    { functionCall: { name: 'look', args: { at: 'land' } }, thoughtSignature: 'gemini-signature' },
  ]).answer,
};
const done = { gemini: geminiWire([{ text: 'Done.' }]).answer };
const over = { claude: messageWire([{ type: 'text', text: 'Done.' }]).answer };

type Make = (vendor: Vendor, url: string) => { provider: ReturnType<typeof aiSdk>; model: string | object };
const kinds: Readonly<Record<string, Make>> = {
  'official SDKs': ({ fixture, model }, url) => ({
    provider: fixture.create(url, apiKey) as ReturnType<typeof aiSdk>,
    model,
  }),
  'AI SDK models': ({ direct }, url) => ({ provider: aiSdk(), model: direct(url) }),
};

/** An agent whose steps are answered by these targets in turn. */
async function agent(router: Router, order: readonly string[]): Promise<ModelMessage[]> {
  const model = toProvider(router);
  const { responseMessages } = await generateText({
    model: model('default'),
    prompt: 'Look around',
    tools: {
      look: tool({ inputSchema: z.object({ at: z.string() }), execute: async ({ at }) => `${at}: blue` }),
    },
    stopWhen: isStepCount(order.length),
    prepareStep: ({ stepNumber }) => ({ model: model(order[stepNumber] ?? 'default') }),
  });
  return responseMessages;
}

function bodyOf({ received }: FaultServer, nth: number): unknown {
  return received[nth]?.body ?? {};
}

const secrets = /claude-signature|gpt-secret|gemini-signature/g;

describe.each(Object.entries(kinds))('an agent that goes from vendor to vendor over %s', (_, make) => {
  const router = (): Router =>
    createRouter({
      targets: [
        { ...make(anthropic, servers.claude.url), id: 'claude' },
        { ...make(responses, servers.gpt.url), id: 'gpt' },
        { ...make(google, servers.gemini.url), id: 'gemini' },
      ],
    }) as unknown as Router;

  it('shows each vendor its own signatures, and no other’s', async () => {
    servers.claude.behave(json(thinking.claude), json(over.claude));
    servers.gpt.behave(json(thinking.gpt));
    servers.gemini.behave(json(thinking.gemini));
    await agent(router(), ['claude', 'gpt', 'gemini', 'claude']);
    const seen = Object.entries(servers).map(([name, { received }]) => [
      name,
      received.map(({ text }) => text.match(secrets) ?? []),
    ]);
    expect(Object.fromEntries(seen)).toEqual({
      claude: [[], ['claude-signature']],
      gpt: [[]],
      gemini: [[]],
    });
  });

  it.each(['claude', 'gpt', 'gemini'] as const)(
    'copies no options of a call of %s to its result',
    async (name) => {
      const last = {
        claude: over.claude,
        gpt: responsesWire([messageItem('Done.')]).answer,
        gemini: done.gemini,
      };
      servers[name].behave(json(thinking[name]), json(last[name]));
      await agent(router(), [name, name]);
      const { text = '' } = servers[name].received[1] ?? {};
      // The AI SDK's own model of OpenAI sends the id of its thoughts, which the vendor keeps.
      expect(text.match(secrets) ?? text.match(/"id":"rs_1"/g)).toHaveLength(1);
      expect(text).not.toContain('account');
    },
  );

  it('gives each vendor all calls and their results, under ids that fit each other', async () => {
    servers.claude.behave(json(thinking.claude), json(over.claude));
    servers.gpt.behave(json(thinking.gpt));
    await agent(router(), ['claude', 'gpt', 'claude']);
    expect(servers.gpt.received[0]?.text).toContain('sky: blue');
    const { messages } = bodyOf(servers.claude, 1) as {
      messages: { role: string; content: { type: string; id?: string; tool_use_id?: string }[] }[];
    };
    const blocks = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
    const calls = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
    const results = blocks.filter(({ type }) => type === 'tool_result').map(({ tool_use_id: id }) => id);
    expect(calls).toHaveLength(2);
    expect(results).toEqual(calls);
  });

  it('keeps its reasoning through a store and returns it', async () => {
    servers.claude.behave(json(thinking.claude), json(over.claude));
    const first = await agent(router(), ['claude']);
    const stored = JSON.parse(JSON.stringify(first)) as ModelMessage[];
    await generateText({
      model: toProvider(router())('claude'),
      messages: [{ role: 'user', content: 'Look around' }, ...stored],
      tools: { look: tool({ inputSchema: z.object({ at: z.string() }) }) },
    });
    expect(servers.claude.received[1]?.text.match(secrets)).toEqual(['claude-signature']);
  });
});

describe('a conversation that the AI SDK’s own provider began', () => {
  it('continues with its encrypted reasoning and ids where the router has one account of the vendor', async () => {
    servers.gpt.behave(json(thinking.gpt), json(responsesWire([messageItem('Done.')]).answer));
    const look = tool({ inputSchema: z.object({ at: z.string() }), execute: async () => 'blue' });
    const user: ModelMessage = { role: 'user', content: 'Look around' };
    const call = { messages: [user], tools: { look } };
    const { responseMessages } = await generateText({ ...call, model: responses.direct(servers.gpt.url) });
    const provider = responses.fixture.create(servers.gpt.url, apiKey);
    const router = createRouter({ targets: [{ provider, model: 'gpt-5-mini', id: 'gpt' }] });
    await generateText({
      ...call,
      messages: [user, ...responseMessages],
      model: toProvider(router)('gpt'),
    });
    expect((bodyOf(servers.gpt, 1) as { input: unknown[] }).input.slice(1)).toEqual([
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gpt-secret' },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'look', arguments: '{"at":"sea"}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'blue' },
    ]);
  });
});

describe('a remote tool that needs approval', () => {
  const question = {
    type: 'mcp_approval_request',
    id: 'mcpr_1',
    server_label: 'zip',
    name: 'shorten',
    arguments: '{"url":"a"}',
  };
  const done = {
    type: 'mcp_call',
    id: 'mcp_1',
    approval_request_id: 'mcpr_1',
    server_label: 'zip',
    name: 'shorten',
    arguments: '{"url":"a"}',
    output: 'z',
    error: null,
    status: 'completed',
  };

  async function answered(approved: boolean) {
    servers.gpt.behave(
      json(responsesWire([question]).answer),
      json(responsesWire([...(approved ? [done] : []), messageItem('Done.')]).answer),
    );
    const provider = responses.fixture.create(servers.gpt.url, apiKey);
    const router = createRouter({ targets: [{ provider, model: 'gpt-5-mini', id: 'gpt' }] });
    const tools = { mcp: openai.tools.mcp({ serverLabel: 'zip', serverUrl: 'https://zip.example/sse' }) };
    const call = { model: toProvider(router)('gpt'), tools };
    const user: ModelMessage = { role: 'user', content: 'Shorten' };
    const asked = await generateText({ ...call, messages: [user] });
    const request = asked.content.find((part) => part.type === 'tool-approval-request');
    if (request?.type !== 'tool-approval-request') throw new Error('no question');
    const answer: ModelMessage = {
      role: 'tool',
      content: [
        { type: 'tool-approval-response', approvalId: request.approvalId, approved, providerExecuted: true },
      ],
    };
    const result = await generateText({ ...call, messages: [user, ...asked.responseMessages, answer] });
    return { result, sent: (bodyOf(servers.gpt, 1) as { input: unknown[] }).input };
  }

  it('receives the approval, with the question it asked', async () => {
    const { result, sent } = await answered(true);
    expect(sent.slice(1)).toEqual([
      question,
      { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true },
    ]);
    expect(result.toolResults[0]).toMatchObject({ toolCallId: 'mcpr_1', toolName: 'mcp.shorten' });
  });

  it('receives only the denial', async () => {
    const { sent } = await answered(false);
    expect(sent.slice(1)).toEqual([
      question,
      { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: false },
    ]);
  });
});

describe('OpenAI’s own tools', () => {
  const user: ModelMessage = { role: 'user', content: 'Hello' };
  function model() {
    const provider = responses.fixture.create(servers.gpt.url, apiKey);
    return toProvider(createRouter({ targets: [{ provider, model: 'gpt-5-mini', id: 'gpt' }] }))('gpt');
  }
  const done = json(responsesWire([messageItem('Done.')]).answer);
  const sentOf = () => (bodyOf(servers.gpt, 1) as { input: unknown[] }).input.slice(1);

  it('get back their generated image as the original item', async () => {
    const picture = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'iVBORw==' };
    servers.gpt.behave(json(responsesWire([picture]).answer), done);
    const call = { model: model(), tools: { draw: openai.tools.imageGeneration({}) } };
    const { responseMessages, toolResults } = await generateText({ ...call, messages: [user] });
    expect(toolResults[0]).toMatchObject({ toolName: 'draw', output: { result: 'iVBORw==' } });
    await generateText({ ...call, messages: [user, ...responseMessages] });
    expect(sentOf()).toEqual([picture]);
  });

  it('get back the output of the application’s shell in the vendor’s format', async () => {
    const item = {
      type: 'shell_call',
      id: 'sh_1',
      call_id: 'call_1',
      status: 'completed',
      action: { commands: ['ls'], timeout_ms: 1_000, max_output_length: null },
    };
    servers.gpt.behave(json(responsesWire([item]).answer), done);
    const ran = { stdout: 'a', stderr: '', outcome: { type: 'exit' as const, exitCode: 0 } };
    const inputs: unknown[] = [];
    const shell = openai.tools.shell({
      execute: async (input) => {
        inputs.push(input);
        return { output: [ran] };
      },
    });
    await generateText({ model: model(), messages: [user], tools: { shell }, stopWhen: isStepCount(2) });
    expect(inputs).toEqual([{ action: { commands: ['ls'], timeoutMs: 1_000 } }]);
    expect(sentOf()).toEqual([
      item,
      {
        type: 'shell_call_output',
        call_id: 'call_1',
        output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
      },
    ]);
  });

  it('get back the result of a patch', async () => {
    const operation = { type: 'delete_file', path: 'a.txt' };
    const item = { type: 'apply_patch_call', id: 'ap_1', call_id: 'call_1', status: 'completed', operation };
    servers.gpt.behave(json(responsesWire([item]).answer), done);
    const patch = openai.tools.applyPatch({ execute: async () => ({ status: 'completed', output: 'ok' }) });
    await generateText({ model: model(), messages: [user], tools: { patch }, stopWhen: isStepCount(2) });
    expect(sentOf()).toEqual([
      item,
      { type: 'apply_patch_call_output', call_id: 'call_1', output: 'ok', status: 'completed' },
    ]);
  });

  it('get the text that they wrote for a tool of the application’s own', async () => {
    const item = { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'sql', input: 'SELECT 1' };
    servers.gpt.behave(json(responsesWire([item]).answer), done);
    const inputs: unknown[] = [];
    const sql = openai.tools.customTool({
      description: 'asks',
      execute: async (input) => {
        inputs.push(input);
        return '1';
      },
    });
    await generateText({ model: model(), messages: [user], tools: { sql }, stopWhen: isStepCount(2) });
    expect(inputs).toEqual(['SELECT 1']);
    expect(sentOf()).toEqual([item, { type: 'custom_tool_call_output', call_id: 'call_1', output: '1' }]);
  });
});
