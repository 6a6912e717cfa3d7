import { describeRows } from './describe-rows.ts';
import { again, openaiError, type Row } from './rows.ts';

const slipped = (code: string, message: string, more: object = {}): Row => ({
  name: `Groq: ${code}, ${message.slice(0, 60)}`,
  vendors: ['groq'],
  status: 400,
  body: {
    error: { ...(openaiError(code, 'invalid_request_error', message) as { error: object }).error, ...more },
  },
  inStream: true,
  expected: { kind: 'malformed', scope: 'request', code, follows: again },
});

// https://console.groq.com/docs/structured-outputs, https://console.groq.com/docs/tool-use
describeRows('JSON that a model did not manage', [
  slipped(
    'json_validate_failed',
    "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
    {
      failed_generation: '{"a": ',
    },
  ),
  slipped(
    'json_validate_failed',
    "Failed to validate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
  ),
  slipped('json_validate_failed', 'max completion tokens reached before generating a valid document'),
  slipped('tool_use_failed', 'Failed to call a function. Please adjust your prompt.', {
    failed_generation: '<function=weather{"city": "Oslo"}',
  }),
  slipped('output_parse_failed', 'Parsing failed. The model generated output that could not be parsed.'),
]);
