/**
 * Ties this process to the starter that forked it; does nothing in a process that has none.
 * The starter alone ends its children, in order, by SIGTERM: a Ctrl-C or a hang-up of the terminal reaches the
 * whole process group and is left to it. When the starter is gone, however it died, this process ends at once:
 * nothing committed is lost by that, whereas a child left behind would hold the port and the queue.
 */
export function exitWithParent(): void {
  if (process.send === undefined) {
    return;
  }
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.on('disconnect', () => process.exit(1));
  if (!process.connected) {
    process.exit(1);
  }
  // Listening for `disconnect` must not keep a process alive that has otherwise finished.
  process.channel?.unref();
}
