import { Button, Drawer, Modal, type ModalProps } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface DialogProps
  extends Pick<ModalProps, 'size' | 'closeOnClickOutside' | 'withCloseButton' | 'yOffset'> {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** The focus goes back to where it came from: whoever uses the keyboard must not start again at the top. */
function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement) requestAnimationFrame(() => before.isConnected && before.focus());
    },
    [before],
  );
}

/** One thing to decide, over the page. Esc closes it. */
export function Dialog(props: DialogProps) {
  const { t } = useTranslation();
  useFocusBack();
  return <Modal {...props} opened closeButtonProps={{ 'aria-label': t('action.close') }} />;
}

/** One row in full, beside its list. */
export function SideSheet({ title, onClose, children }: Pick<DialogProps, 'title' | 'onClose' | 'children'>) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <Drawer
      opened
      onClose={onClose}
      title={title}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {children}
    </Drawer>
  );
}

interface DialogActionsProps extends Pick<DialogProps, 'onClose' | 'children'> {
  /** What ends the thing itself stands apart. */
  apart?: ReactNode;
}

/** What can be done, and before it the way out. */
export function DialogActions({ onClose, apart, children }: DialogActionsProps) {
  const { t } = useTranslation();
  return (
    <div className="dialog-actions">
      {apart}
      <Button variant="default" onClick={onClose}>
        {t('action.cancel')}
      </Button>
      {children}
    </div>
  );
}
