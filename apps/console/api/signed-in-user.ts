/** All pages of a browser share one cookie: who signs in on one is signed in on every other. */
const channel = new BroadcastChannel('latchkey.signed-in');

let known: string | null = null;

/** Whose page this is; null before anybody signed in. */
export function noteUser(id: string | null): void {
  known = id;
}

export const isSomebodyElse = (id: string): boolean => known !== null && known !== id;

/** Tells the other pages of this browser who has signed in here. */
export function announce(id: string): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is of one origin
  channel.postMessage(id);
}

/** `act` when somebody else than this page's user has signed in on another page. */
export function onSomebodyElse(act: () => void): () => void {
  const listen = ({ data }: MessageEvent<string>) => {
    if (isSomebodyElse(data)) act();
  };
  channel.addEventListener('message', listen);
  return () => channel.removeEventListener('message', listen);
}
