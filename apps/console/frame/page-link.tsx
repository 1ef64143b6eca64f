import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

type LinkProps<Own> = Own & Omit<ComponentProps<'a'>, keyof Own>;

/** A link within the console: an address that can be opened in another tab, followed without a reload. */
export const PageLink = createLink((props: LinkProps<AnchorProps>) => <Anchor {...props} />);
export const PageButton = createLink((props: LinkProps<ButtonProps>) => <Button component="a" {...props} />);
