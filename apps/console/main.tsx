import './frame/styles.css';
import { createRoot } from 'react-dom/client';
import { Console } from './frame/console.js';
import { startWords } from './words/language.js';

const place = document.getElementById('console');
if (!place) throw new Error('index.html has no place for the console');
await startWords();
createRoot(place, {
  // What a boundary caught is on the page, with another try: no error that nobody saw.
  onCaughtError: (error) => console.warn(error),
}).render(<Console />);
