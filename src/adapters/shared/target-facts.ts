import type { Router, TargetReport } from '../../types/router.ts';

/** Facts about a target that do not change. */
export type TargetFacts = Pick<TargetReport, 'id' | 'provider' | 'model' | 'capabilities'>;

/** Looks a target up. Reads the router's report again only for an unknown one, because targets can be added. */
export function targetFacts(router: Router): (id: string) => TargetFacts | undefined {
  let known = new Map<string, TargetFacts>();
  return (id) => {
    const found = known.get(id);
    if (found !== undefined || id === '') return found;
    known = new Map(router.stats().map((report) => [report.id, report]));
    return known.get(id);
  };
}

/** Whether a name is that of a model of one of the router's `providers`. */
export function isModelOf(router: Router, name: string): boolean {
  const slash = name.indexOf('/');
  return slash > 0 && router.providers.includes(name.slice(0, slash));
}
