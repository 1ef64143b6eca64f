import { Inject, Injectable } from '@nestjs/common';
import * as z from 'zod';
import { Problem } from '#runtime';
import { KeyRing, openJson, sealJson } from '#secrets';
import type { Principal } from '#users';

const Position = z.strictObject({ list: z.string(), practiceId: z.string(), after: z.string() });

/** Sealed positions in lists, each valid for one list of one practice. */
@Injectable()
export class Cursors {
  constructor(@Inject(KeyRing) private readonly keys: KeyRing) {}

  /** Where the last page ended; null for the first page. @throws Problem `validation_failed` */
  open(list: string, { practiceId }: Principal, cursor: string | undefined): string | null {
    if (cursor === undefined) return null;
    const position = Position.safeParse(openJson(this.keys, 'cursor', cursor));
    if (position.success && position.data.list === list && position.data.practiceId === practiceId) {
      return position.data.after;
    }
    throw Problem.of('validation_failed').at({
      pointer: '/cursor',
      code: 'cursor',
      message: 'is not a cursor of this list: start from the first page',
    });
  }

  /** Cuts the one item too many that says there is a next page. */
  page<T>(
    list: string,
    { practiceId }: Principal,
    limit: number,
    items: readonly T[],
    position: (item: T) => string,
  ): { items: T[]; nextCursor: string | null } {
    const shown = items.slice(0, limit);
    const last = shown.at(-1);
    const more = items.length > limit && last !== undefined;
    const nextCursor = more
      ? sealJson(this.keys, 'cursor', { list, practiceId, after: position(last) })
      : null;
    return { items: shown, nextCursor };
  }
}
