/**
 * signalbox: an in-process LLM router. This entry loads no SDK; each provider has its own sub-path.
 *
 * @module signalbox
 */

export { tool } from './agent/tool.ts';
export {
  AllTargetsFailedError,
  BudgetError,
  type BudgetLimit,
  ConfigError,
  CostLimitError,
  DeadlineError,
  type ErrorOfCode,
  isRouterError,
  NoTargetError,
  OutputError,
  PluginError,
  ProviderError,
  type ProviderErrorInit,
  type Redact,
  RefusedError,
  RequestError,
  RouterError,
  StoreError,
  StreamInterruptedError,
  type Unredacted,
} from './errors.ts';
export { createRouter } from './router.ts';
export { type BalancedTerms, balanced } from './strategies/balanced.ts';
export { type CanaryTerms, canary } from './strategies/canary.ts';
export { highestThroughput } from './strategies/highest-throughput.ts';
export { inverseSquarePrice } from './strategies/inverse-square-price.ts';
export { leastBusy } from './strategies/least-busy.ts';
export { type CostTerms, lowestCost } from './strategies/lowest-cost.ts';
export { type LatencyTerms, lowestLatency } from './strategies/lowest-latency.ts';
export { priority } from './strategies/priority.ts';
export { roundRobin } from './strategies/round-robin.ts';
export { type RouteRule, type Rule, rules } from './strategies/rules.ts';
export type { Constraints } from './strategies/shared/constraints.ts';
export { type StickyTerms, sticky } from './strategies/sticky.ts';
export { weighted } from './strategies/weighted.ts';
export type {
  BatchAnswer,
  BatchCall,
  BatchItem,
  BatchKind,
  BatchPlan,
  BatchStatus,
  BatchTrace,
  Deferral,
  PreparedCall,
} from './types/batch/batch.ts';
export type {
  Batch,
  BatchCallOptions,
  Batches,
  BatchInput,
  BatchOptions,
  BatchReport,
  BatchRequest,
  BatchResult,
  ResumeOptions,
  VendorBatchReport,
} from './types/batch/job.ts';
export type { Clock, Random } from './types/clock.ts';
export type {
  FallbackFailure,
  FallbackKind,
  FallbackOn,
  HitLimit,
  PluginStation,
  ProviderErrorKind,
  ProviderErrorScope,
  RouterErrorCode,
} from './types/error.ts';
export type {
  AttemptEndEvent,
  AttemptStartEvent,
  BudgetWarningEvent,
  EventOf,
  Listener,
  NoteEvent,
  PluginErrorEvent,
  PluginEvent,
  PriceUnknownEvent,
  RequestEndEvent,
  RequestFacts,
  RequestStartEvent,
  RouterEvent,
  RouterEventType,
  StoreStateEvent,
  TargetStateEvent,
  UsageEvent,
} from './types/event.ts';
export type { MethodsOf, PluginMethods } from './types/methods.ts';
export type { CallOptions, HistoryOrigin } from './types/options/call-options.ts';
export type { Capabilities } from './types/options/capabilities.ts';
export type { KnownModels } from './types/options/known-models.ts';
export type {
  KnownModelOf,
  KnownTargets,
  ModelIdOf,
  NamesOf,
  NeededTargets,
  OwnIdOf,
  TargetOn,
} from './types/options/known-targets.ts';
export type { KeyLimits, VendorLimit } from './types/options/limit.ts';
export type {
  Accept,
  Baseline,
  BreakerPolicy,
  Catalog,
  HedgePolicy,
  IdOf,
  Interrupted,
  MirrorPolicy,
  OnTier,
  PlainIdOf,
  Policies,
  Priority,
  QueuePolicy,
  RetryPolicy,
  RouteNameOf,
  RouteOptions,
  TargetFields,
  TargetIdOf,
  TargetOptions,
  TargetSettings,
} from './types/options/options.ts';
export type { Price, PriceTier, Rates, ServiceTierRates } from './types/options/price.ts';
export type { RouterOptions } from './types/options/router-options.ts';
export type { Select, SelectContext, SelectOptions } from './types/options/select.ts';
export type {
  Candidate,
  Candidates,
  Expectation,
  Health,
  Latency,
  RankContext,
  Strategy,
  TargetStats,
} from './types/options/strategy.ts';
export type { Timeouts } from './types/options/timeouts.ts';
export type {
  AnyRequest,
  AnyResult,
  AttemptObserver,
  AttemptOutcome,
  AttemptPlan,
  Awaitable,
  Exclusion,
  LiveAnswer,
  LookupHit,
  PartialHit,
  Plugin,
  PluginCallOption,
  PluginHost,
  Replica,
  RequestContext,
  RequestContextOf,
  RequestObserver,
  RequestSummary,
  Reservation,
  Wait,
} from './types/plugin.ts';
export type {
  BatchLimits,
  Binding,
  CallAuth,
  CallContext,
  Provider,
  ProviderBatches,
  ProviderCall,
  ProviderEmbedCall,
  ProviderEmbeddings,
  ProviderFinishPart,
  ProviderImageCall,
  ProviderImages,
  ProviderReport,
  ProviderResponsePart,
  ProviderResult,
  ProviderStream,
  ProviderStreamPart,
  ResolvedChatRequest,
  ResolvedFunctionTool,
  ResolvedTool,
  Traffic,
} from './types/provider.ts';
export type { EmbedRequest, EmbedResult } from './types/request/embed.ts';
export type { GeneratedImage, ImageInput, ImageRequest, ImageResult } from './types/request/image.ts';
export type { JSONObject, JSONSchema, JSONValue } from './types/request/json.ts';
export type {
  AssistantMessage,
  ContentPart,
  CustomPart,
  DataContent,
  FilePart,
  FileReference,
  ImagePart,
  Message,
  ProviderOptions,
  ReasoningFilePart,
  ReasoningPart,
  SourcePart,
  SystemMessage,
  TextPart,
  ToolApprovalRequestPart,
  ToolApprovalResponsePart,
  ToolCallPart,
  ToolMessage,
  ToolOutput,
  ToolResultPart,
  UserMessage,
  UserPart,
} from './types/request/message.ts';
export type {
  ChatRequest,
  FunctionTool,
  Origin,
  ProviderTool,
  ReasoningEffort,
  RequestSettings,
  ResponseFormat,
  Tool,
  ToolChoice,
} from './types/request/request.ts';
export type {
  InferSchema,
  Schema,
  StandardSchema,
  StandardSchemaIssue,
  StandardSchemaResult,
} from './types/request/schema.ts';
export type {
  Decision,
  LookupSummary,
  Note,
  RankedTarget,
  Selected,
  SkippedTarget,
  SkipReason,
} from './types/result/decision.ts';
export type {
  AttemptSummary,
  ChatResult,
  FinishReason,
  OperationResult,
  ResponseInfo,
  ServedAs,
  Warning,
} from './types/result/result.ts';
export type {
  RunPart,
  RunRequest,
  RunResult,
  RunStream,
  RunTool,
  ToolContext,
} from './types/result/run.ts';
export type {
  AppendOnlyPart,
  Finish,
  Raw,
  ReasoningDelta,
  Restart,
  StreamContent,
  StreamPart,
  TextDelta,
  ToolCallDelta,
  ToolCallStart,
} from './types/result/stream-part.ts';
export type { Cost, Usage } from './types/result/usage.ts';
export type { ChatStream, LatencyReport, Router, TargetReport, WarmupProblem } from './types/router.ts';
export type {
  Change,
  Knowledge,
  LastLease,
  Lease,
  LeaseRequest,
  SetOptions,
  Settlement,
  Store,
  StoredValue,
} from './types/store.ts';
export type { PartTransform, Review, TransformedPart } from './types/transform.ts';
