import type { Answered } from './wire.js';

/** What differs from one request to the next whatever its cause: ids, sealed tickets, times, the installation's pulse. */
const MASKS: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, () => '(id)'],
  // All tickets have one length: that it stays so is part of the words.
  [/"ticket":"[^"]*"/g, (found) => `"ticket":(${found.length} characters)`],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, () => '(time)'],
  [/"question":\{"id":"[^"]*","text":"[^"]*"\}/g, () => '"question":(one of the list)'],
  [/"mail":\{"state":"(?:normal|delayed)","typicalSeconds":\d+\}/g, () => '"mail":(of the installation)'],
];

/** Status, header names in their order and the body, without what may differ. */
export function wordsOf({ status, headerNames, text }: Answered): string {
  const body = MASKS.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text);
  return `${status} [${headerNames.join(', ')}] ${body}`;
}
