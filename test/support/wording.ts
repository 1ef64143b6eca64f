/** A practice's own words for the member welcome, with everything in them that they must say. */
export const OUR_WELCOME = {
  subject: 'Willkommen at {{practiceName}}',
  html: '<h1>Come in</h1>\n<p>Dear {{displayName}}, {{username}} is you. Use <strong>{{credential}}</strong>.</p>\n<p><a href="{{consoleUrl}}">Go in</a></p>',
  text: 'Dear {{displayName}},\n\nUsername: {{username}}\n\nTemporary password:\n{{credential}}\n\n{{#each administrators}}- {{this}}\n{{/each}}',
  locale: 'en',
};
