import { type ChangeEvent, type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiProblem, problemOf } from '../api/problem.js';
import { useFaultWords } from './problem-words.js';

interface FormOptions<Values extends Record<string, string>, Answer> {
  initial: Values;
  /** `act` is the value of the button that was pressed, where a form can be sent for more than one end. */
  send: (values: Values, act: string) => Promise<Answer>;
  onDone: (answer: Answer, values: Values) => void | Promise<void>;
  /** Fields that must not be left empty. */
  required?: readonly (keyof Values & string)[];
  /** Further faults that are found before anything is sent, by field. */
  check?: (values: Values) => Partial<Record<keyof Values, string>>;
  /** Fields that a refusal empties: passwords are typed again, everything else stays. */
  forget?: readonly (keyof Values & string)[];
}

/** A form of text fields: keeps what was typed, ties each fault to its field, sends once at a time. */
export function useForm<Values extends Record<string, string>, Answer>(options: FormOptions<Values, Answer>) {
  const { t } = useTranslation();
  const faultWords = useFaultWords();
  const [values, setValues] = useState(options.initial);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [local, setLocal] = useState<Partial<Record<keyof Values, string>>>({});
  const [acting, setActing] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const pending = acting !== null;

  const forgotten = options.forget?.[0];
  /** A form that was refused, until its faults are on the page. */
  const refused = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem || Object.keys(local).length > 0) focusFault(refused.current, forgotten);
    refused.current = null;
  }, [problem, local, forgotten]);

  const set = (name: keyof Values, value: string) => {
    setValues((before) => ({ ...before, [name]: value }));
    setLocal(({ [name]: _gone, ...rest }) => rest as typeof local);
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation();
    if (pending) return;
    const form = event.currentTarget;
    const empty = (options.required ?? []).filter((name) => values[name]?.trim() === '');
    const found = {
      ...options.check?.(values),
      ...Object.fromEntries(empty.map((name) => [name, t('fault.required')])),
    } as Partial<Record<keyof Values, string>>;
    setLocal(found);
    setProblem(null);
    setDone(false);
    refused.current = form;
    if (Object.keys(found).length > 0) return;
    const act = actOf(event);
    setActing(act);
    try {
      await options.onDone(await options.send(values, act), values);
      setDone(true);
    } catch (error) {
      const answer = problemOf(error);
      if (!answer) throw error;
      setProblem(answer);
      refused.current = form;
      for (const name of options.forget ?? []) set(name, '');
    } finally {
      setActing(null);
    }
  };

  return {
    values,
    set,
    pending,
    /** What it is being sent for; null while it is not. */
    acting,
    /** That the last sending went well; no longer once another begins. */
    done,
    problem,
    /** The fault of a field that is no text field. */
    fault: (name: string) => faultWords(name, problem?.faultsAt(name) ?? []),
    onSubmit: (event: FormEvent<HTMLFormElement>) => void submit(event),
    /** What a field needs: its value, what to do on change, and its fault in words. */
    bind: (name: keyof Values & string) => ({
      name,
      'aria-required': options.required?.includes(name) || undefined,
      value: values[name],
      onChange: ({
        currentTarget,
      }: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) =>
        set(name, currentTarget.value),
      error: local[name] ?? faultWords(name, problem?.faultsAt(name) ?? []),
    }),
  };
}

const actOf = ({ nativeEvent }: FormEvent): string =>
  nativeEvent instanceof SubmitEvent && nativeEvent.submitter instanceof HTMLButtonElement
    ? nativeEvent.submitter.value
    : '';

/** Moves to the first field at fault, else to what is to be typed again: whoever listens hears what to mend. */
function focusFault(form: HTMLFormElement | null, forgotten: string | undefined): void {
  const field =
    form?.querySelector<HTMLElement>('[aria-invalid="true"]') ??
    (forgotten && form?.querySelector<HTMLElement>(`[name="${forgotten}"]`));
  if (field) field.focus();
}
