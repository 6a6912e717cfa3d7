import type { ServedAs } from '../../../types/result/result.ts';
import { asObject, asText, compact, type Wire } from '../../../util/json.ts';

/** Vendor names for the standard tier. */
const standard = new Set(['standard', 'default', 'on_demand', 'standard_only', 'service_tier_standard']);
/** Values without information about the tier. */
const uninformative = new Set([
  '',
  'auto',
  'unspecified',
  'traffic_type_unspecified',
  'service_tier_unspecified',
]);
/**
 * Vertex AI's traffic types
 * (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType).
 */
const traffic: Readonly<Record<string, string>> = {
  on_demand_priority: 'priority',
  on_demand_flex: 'flex',
  on_demand_offpeak: 'offpeak',
  provisioned_throughput: 'provisioned',
};

/**
 * Normalizes a service tier: `standard`, `flex`, `priority`, or the vendor's name in lower case. `undefined`
 * if there is none, or for `auto`, which describes the request and not how it was served.
 */
export function readServiceTier(value: unknown): string | undefined {
  // Bedrock wraps the tier in an object:
  // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ServiceTier.html
  const name = asText(asObject(value)?.['type'] ?? value)?.toLowerCase();
  if (name === undefined || uninformative.has(name)) return undefined;
  if (standard.has(name)) return 'standard';
  return traffic[name] ?? name.replace(/^service_tier_/, '');
}

/**
 * How an answer was served, according to its usage, or how a call asks to be served, according to its
 * options, some of which are in camel case. Anthropic's fast mode is treated as a tier, because it cannot be
 * combined with one (https://platform.claude.com/docs/en/build-with-claude/fast-mode). A region affects the
 * price only if it is not global (https://platform.claude.com/docs/en/manage-claude/data-residency).
 */
export function readServedAs(fields: Wire): ServedAs {
  const region = asText(fields['inference_geo'] ?? fields['inferenceGeo']);
  const tier = fields['service_tier'] ?? fields['serviceTier'];
  return compact({
    serviceTier: fields['speed'] === 'fast' ? 'fast' : readServiceTier(tier),
    region: region === 'global' || region === 'not_available' ? undefined : region || undefined,
  });
}

/** How the options of a call ask for it to be served; `undefined` for the defaults. */
export function askedToBeServedAs(...options: readonly (Wire | undefined)[]): ServedAs | undefined {
  for (const fields of options) {
    if (fields === undefined) continue;
    const { serviceTier, region } = readServedAs(fields);
    const asked = compact({ serviceTier: serviceTier === 'standard' ? undefined : serviceTier, region });
    if (Object.keys(asked).length > 0) return asked;
  }
  return undefined;
}
