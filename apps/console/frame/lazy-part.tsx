import { Component, type ReactNode } from 'react';
import { Dialog } from './dialog.js';
import { Failed } from './states.js';

interface LazyPartProps {
  /** Where the part is a dialog, so is what says that it did not arrive. */
  dialog?: { title: string; onClose: () => void };
  children: ReactNode;
}

/** Around a part of a page that is fetched when it is wanted: without it the page still stands. */
export class LazyPart extends Component<LazyPartProps, { error: unknown }> {
  override readonly state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    const { dialog, children } = this.props;
    if (error === null) return children;
    const failed = <Failed error={error} onRetry={() => location.reload()} />;
    return dialog ? <Dialog {...dialog}>{failed}</Dialog> : failed;
  }
}
