import { array, assert, constantFrom, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MailLanguage } from './mail-language.js';
import { readTemplate, TemplateFault } from './template-rules.js';
import { namesOf } from './wording-names.js';
import { proofsOf } from './wording-proofs.js';

const names = namesOf('temporary-credential');
const allowed = (source: string) => () => readTemplate(source, names);

describe('a template that a practice wrote', () => {
  it.each([
    '{{displayName}}, {{askedBy.name}}',
    '{{#if administrators}}{{either administrators}}{{else}}{{supportContact}}{{/if}}',
    '{{#unless administrators}}x{{/unless}}',
    '{{#each administrators}}{{this}}, {{/each}}',
    '{{#if (equals askedBy.kind "support")}}a{{else if (equals askedBy.kind "x")}}b{{else}}c{{/if}}',
    '{{! a remark }}{{!-- another --}}{{~displayName~}}',
    'Braces } } { stay, and a backslash \\ too',
  ])('may say %s', (source) => {
    expect(allowed(source)).not.toThrow();
  });

  it.each([
    // Template injection and prototype access, as published.
    '{{constructor}}',
    '{{constructor.constructor "return process.env"}}',
    '{{#with "s" as |string|}}{{#with "e"}}{{#with split as |conslist|}}{{/with}}{{/with}}{{/with}}',
    '{{#with (lookup this "constructor")}}{{/with}}',
    '{{lookup displayName "constructor"}}',
    '{{__proto__.polluted}}',
    '{{displayName.__proto__}}',
    '{{displayName.constructor.name}}',
    '{{this.constructor}}',
    '{{./displayName}}',
    '{{this}}',
    '{{[constructor]}}',
    '{{"constructor"}}',
    '{{__defineGetter__ "x" displayName}}',
    '{{__lookupGetter__ "x"}}',
    '{{hasOwnProperty "x"}}',
    '{{toString}}',
    '{{helperMissing}}',
    '{{blockHelperMissing displayName}}',
    '{{log credential}}',
    '{{displayName credential}}',
    '{{displayName key=credential}}',
    '{{@root.credential}}',
    '{{@partial-block}}',
    '{{../credential}}',
    '{{#each administrators}}{{../credential}}{{/each}}',
    '{{#each administrators}}{{credential}}{{/each}}',
    '{{#each administrators}}{{#each administrators}}{{this}}{{/each}}{{/each}}',
    '{{#each displayName}}{{this}}{{/each}}',
    '{{#each administrators as |one|}}{{one}}{{/each}}',
    '{{#each this}}{{/each}}',
    '{{#if displayName includeZero=true}}{{/if}}',
    '{{#if (lookup displayName "x")}}{{/if}}',
    '{{#if (equals displayName constructor)}}{{/if}}',
    '{{#if (equals (equals displayName "x") "x")}}{{/if}}',
    '{{#displayName}}{{/displayName}}',
    '{{^displayName}}{{/displayName}}',
    '{{> layout}}',
    '{{> (lookup . "x")}}',
    '{{#> layout}}{{/layout}}',
    '{{#*inline "x"}}{{/inline}}',
    '{{* decorator}}',
    '{{{displayName}}}',
    '{{&displayName}}',
    '{{~{displayName}~}}',
    '{{{{raw}}}}{{x}}{{{{/raw}}}}',
    '{{{{if displayName}}}}x{{{{/if}}}}',
    '{{practiceId}}',
    '{{#if displayName}}',
    '{{',
  ])('may not say %s', (source) => {
    expect(allowed(source)).toThrow(TemplateFault);
  });

  it('is neither deep nor made of countless pieces', () => {
    const nested = (depth: number) => `${'{{#if displayName}}'.repeat(depth)}${'{{/if}}'.repeat(depth)}`;
    expect(allowed(nested(8))).not.toThrow();
    expect(allowed(nested(9))).toThrow('at most 8 deep');
    expect(allowed(nested(1_000))).toThrow(TemplateFault);
    expect(allowed('{{displayName}}'.repeat(1_001))).toThrow('too many');
  });

  it('whatever it is, is refused in our words or renders without reaching beyond the mail', () => {
    const piece = oneof(
      constantFrom(
        '{{',
        '}}',
        '{{{',
        '}}}',
        '{{#',
        '{{/',
        '{{^',
        '{{else}}',
        '{{~',
        '~}}',
        '(',
        ')',
        '"',
        '.',
        '/',
        '@',
        '*',
        '>',
        '[',
        ']',
        ' ',
      ),
      constantFrom('if', 'each', 'unless', 'with', 'lookup', 'log', 'either', 'equals', 'this', 'as |x|'),
      constantFrom(
        'displayName',
        'administrators',
        'credential',
        'constructor',
        '__proto__',
        'toString',
        'root',
      ),
      constantFrom(
        '{{displayName}}',
        '{{#if displayName}}',
        '{{/if}}',
        '{{#each administrators}}',
        '{{/each}}',
        '{{this}}',
      ),
    );
    const language = new MailLanguage('en');
    const [proof] = proofsOf('temporary-credential');
    let rendered = 0;
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        try {
          readTemplate(text, names);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateFault);
          return;
        }
        const mail = language.compile({ subject: 'x', html: 'x', text })(proof ?? { plain: {}, markup: {} });
        expect(mail.text).not.toMatch(/function|native code|\[object/);
        rendered += 1;
      }),
      { numRuns: 5_000 },
    );
    expect(rendered).toBeGreaterThan(100);
  });
});
