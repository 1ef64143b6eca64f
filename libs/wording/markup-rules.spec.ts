import { array, assert, constantFrom, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOCALES } from '#contract';
import { BuiltInMails } from './built-in-mails.js';
import { checkMarkup } from './markup-rules.js';
import { MESSAGE_KINDS, type MessageKind } from './messages.js';
import { readTemplate, TemplateFault } from './template-rules.js';
import { namesOf } from './wording-names.js';

const kinds = Object.keys(MESSAGE_KINDS) as MessageKind[];
const names = namesOf('temporary-credential');
const mails = new BuiltInMails();

describe('HTML that a practice wrote', () => {
  const markup = (source: string) => () => checkMarkup(readTemplate(source, names));

  it('may be every built-in mail in every language', () => {
    for (const kind of kinds) {
      for (const locale of LOCALES) {
        const { html } = mails.editable(kind, locale);
        expect(() => checkMarkup(readTemplate(html, namesOf(kind))), `${kind} ${locale}`).not.toThrow();
      }
    }
  });

  it.each([
    '<p class="credential exact">{{credential}}</p>',
    '<a href="https://elm.example/map?x=1&amp;y=2">Map</a> <a href="mailto:desk@elm.example">Desk</a>',
    '<a href="{{consoleUrl}}">In</a><br><br/><hr />&lt;&amp;&copy; fish & chips',
    '{{#if administrators}}<p>{{either administrators}}</p>{{else}}<div>x</div>{{/if}}',
    '<table class="fact"><tr><th scope="row">A</th><td lang="es" dir="ltr">{{displayName}}</td></tr></table>',
  ])('may be %s', (source) => {
    expect(markup(source)).not.toThrow();
  });

  it.each([
    '<script>alert(1)</script>',
    '<SCRIPT>alert(1)</SCRIPT>',
    '<scr<script>ipt>',
    '<style>*{display:none}</style>',
    '<p style="display:none">x</p>',
    '<img src="https://evil.test/pixel.png">',
    '<svg onload="alert(1)"></svg>',
    '<math></math>',
    '<form action="https://evil.test"></form>',
    '<input>',
    '<iframe src="https://evil.test"></iframe>',
    '<meta http-equiv="refresh" content="0">',
    '<base href="https://evil.test/">',
    '<link rel="stylesheet" href="https://evil.test/x.css">',
    '<title>x</title>',
    '<textarea>',
    '<template></template>',
    '<p onclick="alert(1)">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<a href="http://plain.test">x</a>',
    '<a href="https://evil.test/?{{credential}}">x</a>',
    '<a href="{{credential}}">x</a>',
    '<a href="{{displayName}}">x</a>',
    '<a href={{consoleUrl}}>x</a>',
    '<p class="{{displayName}}">x</p>',
    '<p {{displayName}}>x</p>',
    '<{{displayName}}>',
    '<p{{#if displayName}} onclick="x"{{/if}}>x</p>',
    '<{{#if displayName}}script{{/if}}>',
    '{{#if displayName}}<p>{{/if}}</p>',
    '{{#if displayName}}</p>{{/if}}',
    '</td></tr></table><p>out of the layout</p>',
    '<p>',
    '</p>',
    '<p></b>',
    '<!-- a comment -->',
    '<!doctype html>',
    '<![CDATA[x]]>',
    '<?xml?>',
    'a < b',
    'a > b',
    '<p title="a>b">x</p>',
    "<p class='exact'>x</p>",
    '<p class=exact>x</p>',
    '<p class="page">x</p>',
    '<p  class="exact">x</p>',
    '<p class="exact"lang="es">x</p>',
    '<p\nclass="exact">x</p>',
    '<p/onclick="x">',
    '\uE000',
  ])('may not be %s', (source) => {
    expect(markup(source)).toThrow(TemplateFault);
  });

  it('whatever it is, holds no tag or attribute that is not on the list once it is let through', () => {
    const piece = oneof(
      constantFrom(
        '<',
        '>',
        '</',
        '/>',
        '<!--',
        '-->',
        '"',
        "'",
        '=',
        ' ',
        '\n',
        '&lt;',
        '&#60;',
        '\u0000',
        '`',
      ),
      constantFrom(
        '<p>',
        '</p>',
        '<b>',
        '</b>',
        '<a href="{{consoleUrl}}">',
        '</a>',
        '<br>',
        '{{displayName}}',
      ),
      constantFrom('script', 'onclick', 'href', 'javascript:', 'style', 'class="exact"', 'svg', 'p', 'a'),
      constantFrom('{{#if displayName}}', '{{else}}', '{{/if}}'),
    );
    let through = 0;
    assert(
      property(array(piece, { maxLength: 14 }), (pieces) => {
        const source = pieces.join('');
        try {
          markup(source)();
        } catch {
          return;
        }
        through += 1;
        for (const [tag] of source.matchAll(/<[^>]*>?/g)) {
          expect(tag).toMatch(/^<\/?(?:p|b|a|br)(?: class="exact")?(?: href="\{\{consoleUrl\}\}")? ?\/?>$/);
        }
      }),
      { numRuns: 5_000 },
    );
    expect(through).toBeGreaterThan(200);
  });
});
