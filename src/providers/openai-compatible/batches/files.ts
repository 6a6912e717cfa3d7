import type { FileDialect } from '../../chat-completions/batches/dialect.ts';
import { type FilesClient, fileBatches } from '../../chat-completions/batches/files.ts';
import type { VendorBatches } from '../../shared/batches/vendor-batches.ts';
import type { BatchHTTP } from './http.ts';

/** Batches of servers with OpenAI's interface for them, over our transport. */
export function overFiles(name: string, dialect: FileDialect): VendorBatches<BatchHTTP> {
  const over = fileBatches(name, dialect);
  const on = (http: BatchHTTP): FilesClient => filesOver(http, dialect.uploads ?? '/files');
  return {
    limits: over.limits,
    kinds: over.kinds,
    submit: (http, plan, next) => over.submit(on(http), plan, next),
    find: (http, trace, next) => over.find(on(http), trace, next),
    status: (http, id, next) => over.status(on(http), id, next),
    results: (http, id, trace, next) => over.results(on(http), id, trace, next),
    cancel: (http, id, next) => over.cancel(on(http), id, next),
    remove: (http, id, next) => over.remove(on(http), id, next),
  };
}

/** @param uploads where files are sent to */
export function filesOver(http: BatchHTTP, uploads: string): FilesClient {
  return {
    upload({ file, purpose, expires_after, fields }, next) {
      const form = new FormData();
      form.append('purpose', purpose);
      for (const [field, value] of Object.entries(fields)) form.append(field, value);
      for (const [field, value] of Object.entries(expires_after ?? {}))
        form.append(`expires_after[${field}]`, String(value));
      form.append('file', file, file.name);
      return http.upload(uploads, form, next);
    },
    file: (id, next) => http.json('GET', `/files/${id}`, next),
    lines: (id, next) => http.lines(`/files/${id}/content`, next),
    deleteFile: (id, next) => http.json('DELETE', `/files/${id}`, next),
    create: (body, next) => http.json('POST', '/batches', next, body),
    retrieve: (id, next) => http.json('GET', `/batches/${id}`, next),
    list(query, next) {
      const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
      return http.json('GET', `/batches${search.size === 0 ? '' : `?${search}`}`, next);
    },
    cancel: (id, next) => http.json('POST', `/batches/${id}/cancel`, next, {}),
  };
}
