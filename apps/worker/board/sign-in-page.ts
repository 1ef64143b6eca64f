const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Latchkey</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 26rem; margin: 15vh auto 0; padding: 0 1rem; }
  label, input, button { display: block; font: inherit; }
  input { box-sizing: border-box; width: 100%; margin: .25rem 0 1rem; padding: .5rem; }
  button { padding: .5rem 1rem; }
</style>
</head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`;

/** Where an operator shows their token; `words` say why the last one did not do. */
export const signInPage = (words = ''): string =>
  page(
    'Queues',
    `${words && `<p role="alert">${words}</p>`}
<form method="post" action="/sign-in">
<label for="token">Operator token</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Sign in</button>
</form>`,
  );

/** A link cannot sign out: what changes something is posted. */
export const signOutPage = (): string =>
  page('Queues', '<form method="post" action="/sign-out"><button autofocus>Sign out</button></form>');
