import * as z from 'zod';
import { type MessageKind, modelOf } from './messages.js';

/** A kind's model as JSON Schema (2020-12) describes it, as far as models use it. */
export interface Shape {
  type?: string;
  const?: string;
  enum?: readonly string[];
  properties?: Record<string, Shape>;
  anyOf?: Shape[];
  oneOf?: Shape[];
  minItems?: number;
}

export const shapeOf = (kind: MessageKind): Shape => z.toJSONSchema(modelOf(kind), { io: 'input' }) as Shape;
