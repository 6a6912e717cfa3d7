import { openaiChatRestrictions } from '../../chat-completions/openai-restrictions.ts';
import { azureRules } from '../../chat-completions/schema-rules.ts';
import { claudeRules } from '../../shared/schema/rules.ts';
import { presetFactory } from '../provider.ts';
import { azureBatches } from './batches.ts';

/** Clouds that serve models of several makers, each customer at a separate address. */

/**
 * Azure OpenAI, through its `v1` API: `model` is the name of the deployment. Deployments named like their model have its
 * restrictions (https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/reasoning). Images by GPT image models. Source:
 * https://learn.microsoft.com/en-us/azure/ai-foundry/openai/api-version-lifecycle,
 * https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/dall-e
 *
 * @example azure({ resource: 'my-resource' })
 */
export const azure = presetFactory({
  name: 'azure',
  baseURL: 'https://{resource}.openai.azure.com/openai/v1',
  keyVariables: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
  batches: azureBatches,
  // https://learn.microsoft.com/en-us/azure/ai-foundry/openai/concepts/priority-processing; not every model has both
  tiers: ['flex', 'priority'],
  keyHeader: 'api-key',
  embeddings: 2048,
  images: { most: 10, format: false },
  quirks: {
    schema: azureRules,
    restrictions: openaiChatRestrictions,
    maxTokensField: 'max_completion_tokens',
  },
});

/**
 * Amazon Bedrock's OpenAI-compatible endpoint, with a Bedrock API key.
 * Source: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html. Not verified: which fields
 * each model takes.
 *
 * @example bedrock({ region: 'us-west-2' })
 */
export const bedrock = presetFactory({
  name: 'bedrock',
  baseURL: 'https://bedrock-runtime.{region}.amazonaws.com/openai/v1',
  keyVariables: ['AWS_BEARER_TOKEN_BEDROCK'],
  // https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html; not every model has both
  tiers: ['flex', 'priority'],
  embeddings: false,
  quirks: { schema: claudeRules, maxTokensField: 'max_completion_tokens' },
});

/**
 * Cloudflare Workers AI. Source: https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/
 *
 * @example workersAI({ accountId: '…' })
 */
export const workersAI = presetFactory({
  name: 'workers-ai',
  baseURL: 'https://api.cloudflare.com/client/v4/accounts/{accountId}/ai/v1',
  keyVariables: ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_API_KEY'],
  embeddings: 100,
});

/** GitHub Models. It has no field for reasoning. Source: https://docs.github.com/en/rest/models/inference */
export const githubModels = presetFactory({
  name: 'github-models',
  baseURL: 'https://models.github.ai/inference',
  keyVariables: ['GITHUB_TOKEN'],
  embeddings: 2048,
  quirks: { reasoning: false },
});

/** Hugging Face Inference Providers. Source: https://huggingface.co/docs/inference-providers/en/tasks/chat-completion */
export const huggingface = presetFactory({
  name: 'huggingface',
  baseURL: 'https://router.huggingface.co/v1',
  keyVariables: ['HF_TOKEN'],
  embeddings: false,
});

/**
 * Google Vertex AI's OpenAI-compatible endpoint. The key is an access token of Google Cloud, which lasts an hour: set it as
 * `apiKey`, or add a fresh one to each request with `fetch`. For the location `global`, set the whole `baseURL`. It counts
 * thoughts beside the completion, like Gemini's own API. Source:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/call-vertex-using-openai-library
 *
 * @example vertex({ project: 'my-project', location: 'us-central1', apiKey: token })
 */
export const vertex = presetFactory({
  name: 'vertex',
  baseURL:
    'https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/endpoints/openapi',
  keyVariables: [],
  embeddings: false,
  quirks: { usage: { reasoning: 'beside' } },
});
