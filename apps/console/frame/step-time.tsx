import { useMoments } from './moments.js';

/** When a step was, to the second; with its day where that is another than the step's before. */
export function StepTime({ at, before }: { at: string; before: string | undefined }) {
  const moments = useMoments();
  const day = moments.day(at);
  return (
    <time dateTime={at} title={moments.full(at)}>
      {(before === undefined || moments.day(before) !== day) && <div>{day}</div>}
      {moments.second(at)}
    </time>
  );
}
