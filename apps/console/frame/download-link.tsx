import { Anchor, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { callFile } from '../api/client.js';
import { ApiProblem } from '../api/problem.js';
import { useProblemWords } from './problem-words.js';

interface DownloadLinkProps {
  /** Below `/api/v1`. */
  path: string;
  query: Record<string, string>;
  children: ReactNode;
}

/** A file of the API, fetched by us: the API may ask for the password first, which a plain link could not answer. */
export function DownloadLink({ path, query, children }: DownloadLinkProps) {
  const words = useProblemWords();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [fetching, setFetching] = useState(false);
  const fetchFile = async (): Promise<void> => {
    setProblem(null);
    setFetching(true);
    try {
      save(await callFile(path, query));
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setFetching(false);
    }
  };
  return (
    <>
      <Anchor component="button" type="button" disabled={fetching} onClick={() => void fetchFile()}>
        {children}
      </Anchor>
      {problem && (
        <Text role="alert" size="sm">
          {words(problem).detail}
        </Text>
      )}
    </>
  );
}

function save(file: File): void {
  const address = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: address, download: file.name }).click();
  URL.revokeObjectURL(address);
}
