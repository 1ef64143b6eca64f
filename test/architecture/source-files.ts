import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

const isBuilt = (path: string): boolean => path === 'node_modules' || path === 'dist';

/** Paths below the root of the repository, with `/`, sorted. */
export function filesOf(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: ROOT, exclude: isBuilt }).sort();
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** TypeScript that runs on the server: no specs, and not the console, which knows the API by its words only. */
export const productFiles = (): string[] =>
  filesOf('{apps,libs}/**/*.ts').filter(
    (path) => !path.endsWith('.spec.ts') && !path.startsWith('apps/console/'),
  );

const parse = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);

/** Every string of a file as it stands in the source; a template's `${…}` is kept as text. */
export function stringsOf(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else if (ts.isTemplateExpression(node)) found.push(node.getText().slice(1, -1));
    ts.forEachChild(node, visit);
  };
  visit(parse(path));
  return found;
}

/** What `describe`, `it` and `test` of a file are called, `.each` included. */
export function titlesOf(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:describe|it|test)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) found.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(path));
  return found;
}

interface Call {
  name: string;
  args: string[];
}

/** An HTTP handler as its decorators describe it. */
export interface Handler {
  place: string;
  prefix: string;
  marks: Call[];
}

/** The handlers of a controller's file. */
export function handlersOf(path: string): Handler[] {
  return parse(path)
    .statements.filter(ts.isClassDeclaration)
    .flatMap((controller) => {
      const ofClass = callsOf(controller);
      const prefix = ofClass.find(({ name }) => name === 'Controller')?.args[0] ?? '';
      return controller.members.filter(ts.isMethodDeclaration).map((method) => ({
        place: `${path}: ${method.name.getText()}`,
        prefix,
        marks: [...ofClass, ...callsOf(method)],
      }));
    })
    .filter(({ marks }) => marks.some(({ name }) => /^(?:Get|Post|Put|Patch|Delete)$/.test(name)));
}

function callsOf(node: ts.HasDecorators): Call[] {
  return (ts.getDecorators(node) ?? []).map(({ expression }) => {
    if (!ts.isCallExpression(expression)) return { name: expression.getText(), args: [] };
    const args = expression.arguments.map((arg) => (ts.isStringLiteralLike(arg) ? arg.text : arg.getText()));
    return { name: expression.expression.getText(), args };
  });
}
