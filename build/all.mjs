// What the compiler does not make, when its sources have changed: `npm start` runs this every time, and the
// second start must stay quick. One process for all, since starting Node costs more than comparing times.
import '../templates/build.mjs';
import '../apps/console/build.mjs';
