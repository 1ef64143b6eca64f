import Handlebars from 'handlebars';
import type { Names } from './wording-names.js';

type Node = hbs.AST.Node;

/** One piece of a template in the order of its text: what stands there, or what a value or a block puts there. */
export type Piece =
  | { is: 'content'; text: string }
  | { is: 'value'; name: string }
  | { is: 'block'; branches: Piece[][] };

const DEEPEST = 8;
const MOST_NODES = 1_000;

/** What is wrong with a template, in words that say what to write instead. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';

  constructor(
    readonly code: 'syntax' | 'not_allowed' | 'unknown_name' | 'too_complex',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads a template that somebody else wrote. Allowed is what this names and nothing else: values of the
 * mail, `either` and `list` of a list, `if`, `unless` and `each`. No raw output, no partials, no decorators, no
 * `lookup`, no `@data`, no `../`: Handlebars' advisories all began with one of them.
 * @throws TemplateFault
 */
export function readTemplate(source: string, names: Names): Piece[] {
  // Raw blocks, `{{{{x}}}}`, would leave the parser as ordinary ones.
  if (/\{\{~?[{&]/.test(source)) {
    throw notAllowed('Values are always escaped: write {{name}} with two braces and without &');
  }
  return new Reader(names).program(parse(source), 0);
}

function parse(source: string): hbs.AST.Program {
  try {
    return Handlebars.parseWithoutProcessing(source);
  } catch (error) {
    const line = /line (\d+)/.exec((error as Error).message)?.[1];
    throw new TemplateFault(
      'syntax',
      `Line ${line ?? 1} cannot be read: every {{#if name}} needs its {{/if}}, and every {{ its }}`,
    );
  }
}

class Reader {
  #nodes = 0;
  #inEach = false;

  constructor(readonly names: Names) {}

  program(program: hbs.AST.Program | null | undefined, depth: number): Piece[] {
    if (!program) return [];
    if (depth > DEEPEST) throw new TemplateFault('too_complex', `Blocks stand at most ${DEEPEST} deep`);
    if (program.blockParams?.length) throw notAllowed('Leave out “as |name|”');
    return program.body.flatMap((node) => this.#piece(node, depth));
  }

  #piece(node: Node, depth: number): Piece[] {
    this.#nodes += 1;
    if (this.#nodes > MOST_NODES) throw new TemplateFault('too_complex', 'The template has too many pieces');
    switch (node.type) {
      case 'ContentStatement':
        return [{ is: 'content', text: (node as hbs.AST.ContentStatement).value }];
      case 'CommentStatement':
        return [];
      case 'MustacheStatement':
        return [{ is: 'value', name: this.#printed(node as hbs.AST.MustacheStatement) }];
      case 'BlockStatement':
        return [this.#block(node as hbs.AST.BlockStatement, depth)];
      default:
        throw notAllowed('Partials and decorators ({{> …}}, {{* …}}) are not there');
    }
  }

  #printed({ escaped, path, params, hash }: hbs.AST.MustacheStatement): string {
    if (!escaped || hash?.pairs.length) throw notAllowed('Write {{name}} and nothing more');
    if (params.length === 0) return this.#value(path);
    if (!['either', 'list'].includes(nameIn(path)) || params.length !== 1) throw unknown(nameIn(path));
    return this.#list(params[0]);
  }

  #block({ path, params, hash, program, inverse }: hbs.AST.BlockStatement, depth: number): Piece {
    const helper = nameIn(path);
    const [subject] = params;
    if (params.length !== 1 || !subject || hash?.pairs.length || !['if', 'unless', 'each'].includes(helper)) {
      throw notAllowed('Blocks are {{#if name}}, {{#unless name}} and {{#each list}}');
    }
    if (helper === 'each') return this.#each(subject, program, inverse, depth);
    this.#condition(subject);
    return { is: 'block', branches: [this.program(program, depth + 1), this.program(inverse, depth + 1)] };
  }

  #each(list: Node, program: hbs.AST.Program, inverse: hbs.AST.Program | undefined, depth: number): Piece {
    if (this.#inEach) throw notAllowed('One {{#each}} does not stand in another');
    this.#list(list);
    this.#inEach = true;
    const branch = this.program(program, depth + 1);
    this.#inEach = false;
    return { is: 'block', branches: [branch, this.program(inverse, depth + 1)] };
  }

  #condition(node: Node): void {
    if (node.type !== 'SubExpression') {
      if (!this.names.lists.has(nameIn(node)) || this.#inEach) this.#value(node);
      return;
    }
    const { path, params, hash } = node as hbs.AST.SubExpression;
    const [one, other] = params;
    const compares = nameIn(path) === 'equals' && params.length === 2 && !hash?.pairs.length;
    if (!compares || !one || other?.type !== 'StringLiteral') {
      throw notAllowed('A comparison is (equals name "word")');
    }
    this.#value(one);
  }

  #value(node: Node | undefined): string {
    const name = nameIn(node);
    if (this.#inEach ? name !== 'this' : !this.names.values.has(name)) throw unknown(name);
    return name;
  }

  #list(node: Node | undefined): string {
    const name = nameIn(node);
    if (this.#inEach || !this.names.lists.has(name)) throw unknown(name);
    return name;
  }
}

/** A plain path as it is resolved; of everything else nothing that is a name. */
function nameIn(node: Node | undefined): string {
  if (node?.type !== 'PathExpression') return '';
  const { data, depth, parts, original } = node as hbs.AST.PathExpression;
  if (data || depth > 0) return '';
  if (parts.length === 0) return original === 'this' ? 'this' : '';
  // `this.x` and `./x` resolve like `x` but are read by other rules.
  return /^(?:this|\.)/.test(original) ? '' : parts.join('.');
}

const notAllowed = (message: string) => new TemplateFault('not_allowed', message);
const unknown = (name: string) =>
  new TemplateFault(
    'unknown_name',
    `${name ? `{{${name}}}` : 'One of the names'} is not known in this place`,
  );
