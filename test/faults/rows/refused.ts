import { type Behavior, json } from '../../support/fault-server.ts';
import { outcome } from '../../support/requests.ts';
import { ask, type Facts, healthy, onStage, type Row, tell, verdict } from '../stage.ts';
import { all, type Vendor, type VendorName, words } from '../vendors.ts';

const openaiError = (message: string, more: object = {}) => ({
  error: { message, type: 'invalid_request_error', param: null, code: null, ...more },
});
const anthropicError = (type: string, message: string) => ({ type: 'error', error: { type, message } });
const googleError = (code: number, status: string, message: string) => ({ error: { code, status, message } });

interface Refusals {
  /** About something that the request names and the account does not have, or that no model behind the target takes. */
  readonly content: Behavior;
  /** About the vendor's policy. */
  readonly policy: Behavior;
  /** About nothing that it names. */
  readonly unclear: Behavior;
  /** About the model. */
  readonly model: Behavior;
}

const openaiRefusals: Refusals = {
  content: json(
    openaiError("Item with id 'rs_1' not found. Items are not persisted when `store` is set to false."),
    404,
  ),
  policy: json(openaiError('no', { code: 'content_policy_violation' }), 403),
  unclear: json(openaiError('Forbidden'), 403),
  model: json(openaiError('The model `gpt-9` does not exist or you do not have access to it.'), 404),
};
const googleRefusals: Refusals = {
  content: json(
    googleError(
      403,
      'PERMISSION_DENIED',
      'You do not have permission to access the File 7abc or it may not exist.',
    ),
    403,
  ),
  policy: json(
    googleError(400, 'INVALID_ARGUMENT', 'The prompt violates Google’s Responsible AI practices.'),
    400,
  ),
  unclear: json(googleError(403, 'PERMISSION_DENIED', 'The caller does not have permission'), 403),
  model: json(googleError(404, 'NOT_FOUND', 'models/gemini-9 is not found for API version v1beta'), 404),
};
const refusals: Readonly<Record<VendorName, Refusals>> = {
  openai: openaiRefusals,
  'openai-responses': openaiRefusals,
  anthropic: {
    content: json(anthropicError('not_found_error', 'File not found: file_011'), 404),
    policy: json(anthropicError('invalid_request_error', 'Output blocked by content filtering policy'), 400),
    unclear: json(anthropicError('permission_error', 'Forbidden'), 403),
    model: json(anthropicError('not_found_error', 'model: claude-9'), 404),
  },
  google: googleRefusals,
  'google-legacy': googleRefusals,
  'openai-compatible': {
    // OpenRouter, xAI, a proxy that says nothing, and DeepSeek.
    content: json({ error: { code: 404, message: 'No endpoints found that support tool use.' } }, 404),
    policy: json({ code: 'permission-denied', error: 'Content violates usage guidelines.' }, 403),
    unclear: json({ error: { message: 'Forbidden' } }, 403),
    model: json(openaiError('Model Not Exist', { code: 'invalid_request_error' }), 400),
  },
};

const keys = ['sk-one-0123456789', 'sk-two-0123456789', 'sk-three-0123456789'];

/** Three requests that T1 refuses, with what is held against T1 then. */
async function refusedThrice(vendor: Vendor, refusal: Behavior): Promise<Facts> {
  return onStage(vendor, {}, async (stage) => {
    stage.t1.behave(refusal);
    const answers: unknown[] = [];
    for (let count = 0; count < 3; count++) answers.push((await ask(stage, 'chat').seen)['answer']);
    return { answers, hits: stage.t1.received.length, against: verdict(stage) };
  });
}

/** One file, and a pool of three keys: the next request has all of them. */
async function refusedByEachKey(vendor: Vendor, refusal: Behavior): Promise<Facts> {
  return onStage(vendor, { first: (url) => vendor.withKeys(url, keys) }, async (stage) => {
    stage.t1.behave(refusal);
    const { answer } = await ask(stage, 'chat').seen;
    stage.t1.behave(healthy(vendor, words));
    const next = await ask(stage, 'chat').seen;
    return { answer, next: next['answer'], against: verdict(stage) };
  });
}

/** The refused prompt goes to no other vendor, unless the route says so. */
async function refusedByPolicy(vendor: Vendor, refusal: Behavior): Promise<Facts> {
  const routes = { careful: { targets: ['T1', 'T2'], fallbackOn: ['content-filter'] as const } };
  return onStage(vendor, { routes }, async (stage) => {
    stage.t1.behave(refusal);
    const { answer } = await ask(stage, 'chat').seen;
    const others = stage.t2.received.length;
    const wanted = await ask(stage, 'chat', { route: 'careful' }).seen;
    return { answer, others, wanted: wanted['answer'], against: verdict(stage) };
  });
}

/** A refusal that names nothing: for one request again and again, and then for another one. */
async function refusedForUnknownReason(vendor: Vendor, refusal: Behavior): Promise<Facts> {
  return onStage(vendor, {}, async (stage) => {
    stage.t1.behave(refusal);
    for (let count = 0; count < 3; count++) await ask(stage, 'chat').seen;
    const same = verdict(stage);
    const { answer } = await ask(stage, 'chat', { request: { prompt: 'Say something else' } }).seen;
    return { same, answer, another: verdict(stage) };
  });
}

/** Images or embeddings from a route whose first target has no such endpoint, and then a chat. */
async function otherWorkload(vendor: Vendor): Promise<Facts> {
  const more = { T1: { capabilities: { embeddings: true, imageGeneration: true } } };
  return onStage(vendor, { more, targets: ['T1', 'T2'] }, async (stage) => {
    stage.t1.behave(json({ error: { message: 'Not Found', code: 404 } }, 404));
    stage.t2.behave(embedded);
    const image = drawers.includes(vendor.name)
      ? { image: await targetOf(stage.router.image({ prompt: 'A lighthouse' })) }
      : {};
    const embed = await targetOf(stage.router.embed({ values: ['a'] }));
    stage.t1.behave(healthy(vendor, words));
    const { answer } = await ask(stage, 'chat').seen;
    return { ...image, embed, chat: answer, against: verdict(stage) };
  });
}

async function targetOf(asked: Promise<{ readonly target: string }>): Promise<unknown> {
  const settled = await outcome(asked);
  return 'value' in settled ? settled.value.target : tell(settled.error);
}

/** T2's embeddings; it has no images. */
const embedded = json({
  data: [{ index: 0, embedding: [1] }],
  model: 'm',
  usage: { prompt_tokens: 1, total_tokens: 1 },
});
/** Whose provider has images. */
const drawers: readonly VendorName[] = ['openai', 'openai-responses', 'google'];

/** Refusals that are the request's, and those that are not. */
export const refused: readonly Row[] = [
  {
    number: 71,
    fault:
      'refused for what the request names, by policy, for no reason that is named, for the model; images and embeddings where there are none',
    vendors: all,
    expected: ({ name }) => {
      const misconfigured = 'misconfigured';
      const thrice = { answers: ['T2', 'T2', 'T2'], hits: 3, against: 'nothing' };
      return {
        content: thrice,
        pool: { answer: 'T2', next: 'T1', against: 'nothing' },
        policy: { answer: 'content-filter', others: 0, wanted: 'T2', against: 'nothing' },
        unclear: { same: 'nothing', answer: 'T2', another: misconfigured },
        model: { ...thrice, hits: 1, against: misconfigured },
        ...(name === 'anthropic'
          ? {}
          : {
              workloads: {
                ...(drawers.includes(name) ? { image: 'all-targets-failed' } : {}),
                embed: 'T2',
                chat: 'T1',
                against: 'nothing',
              },
            }),
      };
    },
    async play(vendor) {
      const { content, policy, unclear, model } = refusals[vendor.name];
      return {
        content: await refusedThrice(vendor, content),
        pool: await refusedByEachKey(vendor, content),
        policy: await refusedByPolicy(vendor, policy),
        unclear: await refusedForUnknownReason(vendor, unclear),
        model: await refusedThrice(vendor, model),
        ...(vendor.name === 'anthropic' ? {} : { workloads: await otherWorkload(vendor) }),
      };
    },
  },
];
