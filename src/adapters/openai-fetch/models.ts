import type { Caller } from './caller.ts';
import { type Directory, unknownModel } from './targets.ts';

interface Model {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

// The field is required, but a target has no creation date.
function toModel({ id, owner }: { readonly id: string; readonly owner: string }): Model {
  return { id, object: 'model', created: 0, owned_by: owner };
}

/** https://platform.openai.com/docs/api-reference/models/list */
export function listModels(directory: Directory, caller: Caller): object {
  return { object: 'list', data: directory.modelsFor(caller).map(toModel) };
}

/** https://platform.openai.com/docs/api-reference/models/retrieve */
export function retrieveModel(directory: Directory, id: string, caller: Caller): object {
  const model = directory.modelsFor(caller).find((entry) => entry.id === id);
  if (model === undefined) throw unknownModel(directory.explain(id));
  return toModel(model);
}
