/** In what a server that speaks Chat Completions differs from OpenAI's own. */
export interface Dialect {
  /** The field that limits the answer. Default: `max_tokens`, which all but OpenAI itself want. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Whether streams are asked for usage by `stream_options`. Default: `true`; a few servers refuse the field. */
  readonly streamUsage?: boolean;
  /** The field of the seed. Default: `seed`. */
  readonly seedField?: 'seed' | 'random_seed';
  /** Whether `top_k` is taken. Default: `false`. */
  readonly topK?: boolean;
  /** Whether `presence_penalty` and `frequency_penalty` are taken. Default: `true`. */
  readonly penalties?: boolean;
  /** How JSON of a shape is asked for: by its schema, or as any JSON with the schema in an instruction. Default: `json_schema`. */
  readonly jsonSchema?: 'json_schema' | 'json_object';
  /** How a tool is demanded. Default: `required`. */
  readonly toolChoiceRequired?: 'required' | 'any';
  /** How effort is said: in `reasoning_effort`, in OpenRouter's `reasoning` object, or not at all. Default: `reasoning_effort`. */
  readonly reasoning?: 'reasoning_effort' | 'reasoning' | 'none';
  /** Whether the reasoning text of earlier turns goes back, as `reasoning_content`. Default: `false`. */
  readonly reasoningInHistory?: boolean;
}
