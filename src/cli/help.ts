import { strategyNames } from '../simulator/strategies.ts';

/** Printed without a command, and by `help`. */
export const commands = `Usage: signalbox <command>

Commands:
  batch      answers a file of requests within hours, at vendors' batch prices
  dashboard  shows a ledger or a log in a browser
  keys       creates and lists the virtual keys of a server
  ledger     queries, verifies and exports a ledger
  report     writes one page about money, latency and failures
  simulate   replays traffic with other strategies: cost, latency, failures
  doctor     checks the routers that a module exports: keys and packages; sends nothing to a model
  help       prints this text, which is also printed without a command
  --version  prints the version

Run signalbox <command> --help for the options of a command.
`;

/** Printed by `signalbox batch --help`. */
export const batchHelp = `Usage: signalbox batch (run | status | cancel) REQUESTS --out FILE [flags]

run     answers the requests of a file and writes each result once, as it arrives. The same command continues after Ctrl+C or a
        crash: it waits for the vendors' batches and pays nothing twice.
status  prints how far it is; also while it runs. REQUESTS may be left out.
cancel  cancels the vendors' batches. What is done by then still has its result.

REQUESTS has one request a line, as JSON (JSONL):
- OpenAI's batch form: custom_id, method, url, body, with the url /v1/chat/completions, /v1/responses or /v1/embeddings.
  Results have OpenAI's output form; those of failed requests too.
- or requests of router.batch: { "id": "a", "prompt": "Hi" }. Results are { id, result } or { id, error }.
All lines are checked before the first is sent. The field signalbox of a result has its cost and what it saved, in US$.

  --out FILE       the results; required
  --route NAME     a route or target for all requests. Default: the model of each (OpenAI's form), or the default route
  --deadline WHEN  how long it may take, such as 90m, 6h or 2d, or a date. As it nears, what is not done goes to the route's
                   synchronous targets. Default: 24h
  --module FILE    exports the router, made by createRouter. Default: signalbox.config.ts, .mts, .mjs or .js in this folder
  --store WHERE    keeps the state: a SQLite file, or an address such as redis://localhost:6379. Default: the store that the
                   module exports beside the router, otherwise the file of the results with .db at its end
  --json           status: prints JSON
  --help           print this text

Exit codes: 0 all requests have answers, 1 some failed, 2 a wrong flag, file or line, 130 interrupted.
`;

/** Printed by `signalbox dashboard --help`. */
export const dashboardHelp = `Usage: signalbox dashboard (--db FILE | --log FILE) [--port NUMBER]

Serves a dashboard of a ledger on this machine (127.0.0.1) and prints its address, which contains a token. Only reads.

  --db FILE      a ledger of sqlite()
  --log FILE     JSON Lines: a ledger of jsonl(), or a log of request-end events
  --port NUMBER  0 takes any free port. Default: 0
  --content      shows metadata, and the prompts and answers that the ledger keeps
  --help         print this text

Ctrl+C ends it. Exit codes: 0 success, 2 a wrong flag or file.
`;

/** Printed by `signalbox simulate --help`. */
export const simulateHelp = `Usage: signalbox simulate (--log FILE | --scenario FILE) --strategy NAME [--strategy NAME …]

Runs traffic through the router in virtual time, once per strategy.

  --log FILE       JSON Lines with router events; the request-end events are replayed:
                   router.on('request-end', (event) => log.write(JSON.stringify(event) + '\\n'))
                   \`startedAt\` is when the request came (milliseconds since 1970, or an ISO date). A \`session\`, beside the
                   event's fields or in its metadata, is the call's session.
  --scenario FILE  synthetic traffic and targets, see below
  --trace FILE     with --scenario: arrival times and sizes of real traffic, in place of rate, duration, inputTokens and
                   outputTokens: CSV with the columns TIMESTAMP, ContextTokens and GeneratedTokens
  --strategy NAME  ${strategyNames.slice(0, 6).join(', ')},
                   ${strategyNames.slice(6).join(', ')};
                   with parameters as JSON: 'lowestCost({"maxFirstToken":2000})', 'sticky({"strategy":"lowestCost"})'
  --targets FILE   with --log: a JSON list of targets in order of preference, each with its id and what differs from
                   the log: price, weight, tags, concurrency, rpm, tpm. A target with firstToken, as in a scenario,
                   behaves as the file says and may be missing from the log.
  --options FILE   options of createRouter as JSON: timeout, retry, breaker, hedge, queue, interrupted, fallbackOn
  --seed NUMBER    of all randomness; the same seed gives the same result. Default: 1
  --json           print the result as JSON
  --help           print this text

A scenario is a JSON object:

  {
    "duration": "2h",                      milliseconds, or a string with ms, s, m, h or d
    "rate": 5,                             requests per second, at random moments
    "stream": 1,                           ratio of streamed requests. Default: 1
    "inputTokens": 1000,                   a number, or { "p50": …, "p95": …, "p99": … }. Default: 1000
    "outputTokens": 300,                   the same. Default: 300
    "start": "2026-01-01T00:00:00Z",       for prices that depend on the date
    "targets": [{
      "id": "openai/gpt-5-mini",           or "provider" and "model"
      "price": { "input": 0.25, "output": 2 },   US$ per million tokens. Default: the catalog's
      "firstToken": { "p50": 400, "p95": 900, "p99": 2500 },   milliseconds, or one number
      "throughput": 80,                    output tokens per second. Default: 60
      "outputTokens": 350,                 overrides the scenario's
      "errorRate": 0.01,                   ratio of requests that fail with 500. Default: 0
      "outages": [{ "from": "30m", "to": "40m", "as": "errors" }],   or "silence"
      "concurrency": 8, "rpm": 600, "tpm": 100000, "weight": 1, "tags": ["eu"]
    }]
  }

Exit codes: 0 success, 2 a wrong flag or file.
`;

const reading = `  --db FILE        a SQLite ledger
  --log FILE       a JSONL ledger, or a log of request-end events
  --from DAY       first day, such as 2026-11-01, or an ISO date
  --to DAY         first day that is not included
  --time-zone ZONE of days, such as Europe/Berlin. Default: that of the ledger`;

/** Printed by `signalbox ledger --help`. */
export const ledgerHelp = `Usage: signalbox ledger (query | verify | export) (--db FILE | --log FILE) [flags]

${reading}
  --json           query, verify: print JSON
  --help           print this text

query: sums by group
  --by NAMES       day, hour, tenant, user, tag, route, target, provider, model, operation, promptCache;
                   with commas. Default: day
  --where NAME=X   only these, such as tenant=acme; 'tenant=' for requests without one. May be repeated.

verify: checks the hash chain, and names what was changed, removed, moved or added
  --key KEY        of the chain. Default: the environment variable SIGNALBOX_LEDGER_KEY
  --anchors FILE   what an earlier verify --json printed, kept elsewhere: shows rows removed from the end

export: rows, without prompts and answers
  --format NAME    csv, jsonl, parquet (needs hyparquet-writer), focus (FOCUS 1.4, by hour and meter). Default: csv
  --out FILE       default: the standard output
  --where NAME=X   as above
  --billing-account ID   BillingAccountId of focus
  --focus-version V      1.4 or 1.2. Default: 1.4

Exit codes: 0 success, 1 verify found something, 2 a wrong flag or file.
`;

/** Printed by `signalbox report --help`. */
export const reportHelp = `Usage: signalbox report (--db FILE | --log FILE) [flags]

Writes one page about money, latency, failures, failovers and savings.

${reading}
  --format NAME    html (one file with charts, no scripts), md, json. Default: html
  --out FILE       default: the standard output
  --help           print this text

Exit codes: 0 success, 2 a wrong flag or file.
`;

/** Printed by `signalbox keys --help`. */
export const keysHelp = `Usage: signalbox keys <action> (--file FILE | --redis URL | --module FILE)

Manages virtual keys in a router's store. Tokens are stored as hashes and shown once.

  --file FILE    the SQLite file
  --redis URL    such as redis://localhost:6379, with the package redis, ioredis or iovalkey of this project
  --module FILE  exports the store, or a connected client of redis, ioredis, iovalkey, @valkey/valkey-glide or @upstash/redis
  --prefix TEXT  the prefix of redis(). Default: signalbox

Actions:
  create          creates a key and prints its token
  list            lists the keys
  disable ID      a disabled key is refused
  enable ID       lets a disabled key in again
  delete ID       deletes a key for good

Options of create:
  --tenant NAME                 required
  --name TEXT, --user NAME, --tags A,B
  --models A,B                  routes and targets that it may name. Default: all
  --role ROLE                   caller or admin. Default: caller
  --expires WHEN                days such as 30d, or a date. Default: never
  --usd-per-day N, --usd-per-month N, --requests-per-minute N, --concurrency N

  --ledger FILE   records the change in the audit of a SQLite ledger
  --json          print JSON
  --help          print this text

Exit codes: 0 success, 2 a wrong flag or file.
`;
