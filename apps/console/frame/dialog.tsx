import { Drawer, Modal, type ModalProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface DialogProps
  extends Pick<ModalProps, 'size' | 'closeOnClickOutside' | 'withCloseButton' | 'yOffset'> {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** One thing to decide, over the page. Esc closes it, and the focus returns to where it came from. */
export function Dialog(props: DialogProps) {
  const { t } = useTranslation();
  return <Modal {...props} opened closeButtonProps={{ 'aria-label': t('action.close') }} />;
}

/** One row in full, beside its list. */
export function SideSheet({ title, onClose, children }: Pick<DialogProps, 'title' | 'onClose' | 'children'>) {
  const { t } = useTranslation();
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
