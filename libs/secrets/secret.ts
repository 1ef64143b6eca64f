import { inspect } from 'node:util';

const shown = '[secret]';

/** A value that may be used but never shown: every way of printing it gives `[secret]`. */
export class Secret {
  // A #field, so that neither a spread, `Object.values` nor a structured clone carries it along.
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; call it only where the value leaves the process on purpose. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
