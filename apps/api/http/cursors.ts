import { Inject, Injectable } from '@nestjs/common';
import { canonicalJson, Problem } from '#runtime';
import { KeyRing, openJson, sealJson } from '#secrets';
import type { Principal } from '#users';

/** A list's query as its schema has read it: the page, and whatever the list is filtered by. */
interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}

/** Sealed positions in lists, each valid for one list of one practice, filtered as it was. */
@Injectable()
export class Cursors {
  constructor(@Inject(KeyRing) private readonly keys: KeyRing) {}

  /** Where the last page ended; null for the first page. @throws Problem `validation_failed` */
  open(list: string, caller: Principal, query: PageQuery): string | null {
    if (query.cursor === undefined) return null;
    const position = openJson(this.keys, 'cursor', query.cursor, placeOf(list, caller, query));
    if (typeof position === 'string') return position;
    throw Problem.of('validation_failed').at({
      pointer: '/cursor',
      code: 'cursor',
      message: 'is not a cursor of this list with these filters: start from the first page',
    });
  }

  /** Cuts the one item too many that says there is a next page. */
  page<T>(
    list: string,
    caller: Principal,
    query: PageQuery,
    items: readonly T[],
    position: (item: T) => string,
  ): { items: T[]; nextCursor: string | null } {
    const shown = items.slice(0, query.limit);
    const last = shown.at(-1);
    const more = items.length > query.limit && last !== undefined;
    const boundTo = placeOf(list, caller, query);
    return {
      items: shown,
      nextCursor: more ? sealJson(this.keys, 'cursor', position(last), { boundTo }) : null,
    };
  }
}

/** The pages of one walk may differ in length, and in nothing else. */
function placeOf(list: string, { practiceId }: Principal, query: PageQuery): string[] {
  const { limit: _limit, cursor: _cursor, ...filters } = query;
  return [list, practiceId, canonicalJson(filters)];
}
