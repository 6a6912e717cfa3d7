import { type Behavior, json, type Received } from '../../../support/fault-server.ts';

/** What the guards that ask a model or an endpoint object to. */
export const objectionable = 'topsecret plan';

/** OpenAI's moderation endpoint, Llama Guard, Granite Guardian and a judge, each in its own form. */
export function guardianAnswer({ body, path, text }: Received): Behavior {
  const isBad = text.includes(objectionable);
  if (path.includes('moderations')) {
    const result = {
      flagged: isBad,
      categories: { illicit: isBad },
      category_scores: { illicit: isBad ? 0.9 : 0.1 },
    };
    return json({ id: 'modr-1', model: 'omni-moderation-latest', results: [result] });
  }
  const { model } = body as { readonly model: string };
  return completion(verdictOf(model, isBad));
}

function verdictOf(model: string, isBad: boolean): string {
  if (model.includes('llama-guard')) return isBad ? '\n\nunsafe\nS2' : '\n\nsafe';
  if (model.includes('granite'))
    return isBad ? '<think>\n</think>\n<score> yes </score>' : '<score> no </score>';
  return JSON.stringify({ violates: isBad, category: isBad ? 'secret plans' : 'none' });
}

function completion(content: string): Behavior {
  return json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
}
